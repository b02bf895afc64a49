import type {Store} from '../../source/stores/store.ts';
import {timeOf} from '../../source/stores/time-of.ts';

/** Passes every call on to a store, except for the overridden methods: they may fail, wait, or count. */
export function forwardTo(store: Store, overrides: Partial<Store>): Store {
	return {
		shared: store.shared,
		clock: () => timeOf(store),
		admit: (...question) => store.admit(...question),
		report: (...report) => store.report(...report),
		ban: (...ban) => store.ban(...ban),
		unban: client => store.unban(client),
		reset: client => store.reset(client),
		inspect: (...question) => store.inspect(...question),
		bans: () => store.bans(),
		giveBack: (...entries) => store.giveBack(...entries),
		banRange: (...ban) => store.banRange(...ban),
		unbanRange: range => store.unbanRange(range),
		ranges: () => store.ranges(),
		sibling: () => store.sibling(),
		close: () => store.close(),
		...overrides,
	};
}
