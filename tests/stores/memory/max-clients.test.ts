import test from 'ava';
import {MemoryStore} from '../../../source/stores/memory/memory-store.ts';
import type {Admitted} from '../../../source/stores/verdict.ts';
import {manualClockStore} from '../../support/manual-clock.ts';

const minute = 60_000;
const rule = {name: 'global', count: 5, window: minute, id: `5/${minute}/global`};
const rules = [rule];
const banRule = {
	name: 'ban',
	count: 3,
	window: minute,
	id: `3/${minute}/ban`,
	durations: [1000] as const,
};

test('beyond maxClients, the store forgets the quietest clients, and no others', t => {
	const wide = [{...rule, count: 1000, id: 'wide'}];
	const store = new MemoryStore({clock: () => 0, maxClients: 300});
	const used = (client: string) => {
		const verdict = store.admit(client, wide, {});
		return 'quotas' in verdict ? 1000 - (verdict.quotas[0]?.remaining ?? 0) : undefined;
	};
	const first = Array.from({length: 100}, (_, index) => `${index}`);

	t.deepEqual(first.map(used), Array(100).fill(1));
	// A flood, during which some of them continue.
	const busy = first.slice(70);
	for (let round = 2; round <= 100; round += 1) {
		t.deepEqual(busy.map(used), Array(30).fill(round), `${round}`);
		for (let flood = 0; flood < 10; flood += 1) {
			used(`flood ${round} ${flood}`);
		}
	}

	t.deepEqual(first.slice(0, 50).map(used), Array(50).fill(1), 'the quiet ones start from zero');
});

test('a client that is reported or banned is not quiet', t => {
	const three = [{...rule, count: 3, id: '3'}];
	const store = new MemoryStore({clock: () => 0, maxClients: 12});
	for (const client of ['reported', 'banned']) {
		store.admit(client, three, {});
	}

	store.ban('banned', {duration: minute});
	const often = {...banRule, count: 1000, id: '1000'};
	for (let flood = 0; flood < 100; flood += 1) {
		t.is(store.report('reported', often, {weight: 1}).reports, flood + 1);
		t.is(store.admit('banned', three, {}).kind, 'banned');
		store.admit(`flood ${flood}`, three, {});
	}

	store.unban('banned');
	for (const client of ['banned', 'reported']) {
		t.deepEqual(
			[1, 2, 3].map(() => store.admit(client, three, {}).kind),
			['admitted', 'admitted', 'limited'],
		);
	}
});

test('a flood of clients ends no ban', t => {
	const {store, pass} = manualClockStore();
	const small = new MemoryStore({clock: () => store.clock(), maxClients: 12});
	small.ban('a', {duration: minute});
	for (let flood = 0; flood < 1000; flood += 1) {
		small.admit(`flood ${flood}`, rules, {});
	}

	pass(minute - 1);
	t.is(small.admit('a', rules, {}).kind, 'banned');
});

test('a flood of new clients replaces no client that has sent more requests', t => {
	const store = new MemoryStore({clock: () => 0, maxClients: 600});
	const wide = [{...rule, count: 100, id: 'wide'}];
	const ask = (client: string, times = 1) => {
		let remaining: number | undefined;
		for (let time = 0; time < times; time += 1) {
			const verdict = store.admit(client, wide, {});
			remaining = 'quotas' in verdict ? verdict.quotas[0]?.remaining : undefined;
		}

		return remaining;
	};

	ask('one', 1);
	ask('seven', 7);
	ask('eight', 8);
	for (let flood = 0; flood < 5000; flood += 1) {
		ask(`flood ${flood}`);
		store.report(`flood ${flood}`, {...banRule, count: 99, id: '99'}, {weight: 80});
	}

	t.deepEqual(
		[ask('one'), ask('seven'), ask('eight')],
		[99, 99, 91],
		'the quiet ones start from zero',
	);

	// A client that fills a rule with one request does not count as one that has sent many.
	const one = [{...rule, count: 1, id: '1'}];
	for (let flood = 0; flood < 5000; flood += 1) {
		store.admit(`one ${flood}`, one, {});
	}

	t.is(ask('eight'), 90);
});

test('a flood of expensive requests replaces no client that has sent many', t => {
	let now = 0;
	const store = new MemoryStore({clock: () => now, maxClients: 600});
	const wide = [{...rule, count: 100, id: 'wide'}];
	const remaining = (client: string, costs: number[]) => {
		now += 1;
		const verdict = store.admit(client, wide, {costs});
		return 'quotas' in verdict ? verdict.quotas[0]?.remaining : undefined;
	};

	for (let asked = 0; asked < 8; asked += 1) {
		remaining('many', [2]);
	}

	for (let flood = 0; flood < 5000; flood += 1) {
		remaining(`flood ${flood}`, [8]);
	}

	t.is(remaining('many', [2]), 82);
	for (let flood = 0; flood < 5000; flood += 1) {
		remaining(`flood ${flood}`, [100]);
	}

	t.is(remaining('many', [2]), 80);
});

test('a client that was refused is not replaced by new ones, even if a cheaper request would fit', t => {
	const store = new MemoryStore({clock: () => 0, maxClients: 600});
	const wide = [{...rule, count: 100, id: 'wide'}];
	t.is(store.admit('refused', wide, {costs: [60]}).kind, 'admitted');
	t.is(store.admit('refused', wide, {costs: [60]}).kind, 'limited');
	for (let flood = 0; flood < 5000; flood += 1) {
		store.admit(`flood ${flood}`, wide, {});
	}

	t.is(store.admit('refused', wide, {costs: [60]}).kind, 'limited');
});

test('a flood of made-up keys replaces no client, and no key near its limit', t => {
	const store = new MemoryStore({clock: () => 0, maxClients: 600});
	const account = [{...rule, name: 'account', id: 'account'}];
	const login = (key: string, requester: string) =>
		store.admit(key, account, {immune: true, requester}).kind;
	for (let asked = 0; asked < 5; asked += 1) {
		t.is(login('alice', `${asked}`), 'admitted');
	}

	t.is(store.admit('quiet', rules, {}).kind, 'admitted');
	for (let flood = 0; flood < 10_000; flood += 1) {
		t.is(login(`made up ${flood}`, `client ${flood}`), 'admitted');
	}

	t.is(login('alice', 'botnet'), 'limited');
	const [quota] = (store.admit('quiet', rules, {}) as Admitted).quotas;
	t.is(quota?.remaining, 3, 'the store remembers the client');

	store.reset('alice');
	t.is(login('alice', 'botnet'), 'admitted');
});

test('a key and a client with the same name are counted separately', t => {
	const store = new MemoryStore({clock: () => 0});
	const one = [{...rule, count: 1, id: '1'}];

	t.is(store.admit('a', one, {requester: 'b'}).kind, 'admitted');
	t.is(store.admit('a', one, {}).kind, 'admitted');
	t.is(store.admit('a', one, {requester: 'b'}).kind, 'limited');
	t.is(store.admit('a', one, {}).kind, 'limited');
});

test('the latest sixth of maxClients is always remembered', t => {
	const one = [{...rule, count: 1, id: '1'}];
	const {store, pass} = manualClockStore();
	const small = new MemoryStore({clock: () => store.clock(), maxClients: 6});
	small.admit('z', one, {});
	pass(minute - 2);
	small.admit('b', one, {});
	pass(1);
	small.admit('c', one, {});
	pass(1);

	t.is(small.admit('b', one, {}).kind, 'limited');
	t.is(small.admit('c', one, {}).kind, 'limited');
});
