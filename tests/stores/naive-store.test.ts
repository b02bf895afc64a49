import test from 'ava';
import type {StoredBan} from '../../source/stores/ban-records.ts';
import type {Store} from '../../source/stores/store.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {NaiveStore} from '../support/models/naive-store.ts';
import type {OpenedStore} from './contract/promised.ts';
import {storeContract} from './contract.ts';

function opened(): OpenedStore {
	const store = new NaiveStore();

	return {
		store,
		pass: ms => {
			store.now += ms;
		},
	};
}

/** The same store, but every answer comes later, as from a server. */
function later(store: Store): Store {
	let sibling: Store | undefined;

	return forwardTo(store, {
		admit: async (...question) => store.admit(...question),
		giveBack: async (...entries) => store.giveBack(...entries),
		report: async (...report) => store.report(...report),
		ban: async (...ban) => store.ban(...ban),
		unban: async client => store.unban(client),
		reset: async client => store.reset(client),
		inspect: async (...question) => store.inspect(...question),
		bans: () => pagesOf(store),
		banRange: async (...ban) => store.banRange(...ban),
		unbanRange: async range => store.unbanRange(range),
		ranges: async () => store.ranges(),
		sibling: () => {
			sibling ??= later(store.sibling());
			return sibling;
		},
		close: async () => store.close(),
	});
}

async function* pagesOf(store: Store): AsyncGenerator<readonly StoredBan[]> {
	yield* store.bans();
}

// The suite itself is tested: stores that keep the contract pass it, whether they answer at once or later.
storeContract(test, 'NaiveStore', opened);
storeContract(test, 'NaiveStore with promises', () => {
	const {store, pass} = opened();
	return {store: later(store), pass};
});
