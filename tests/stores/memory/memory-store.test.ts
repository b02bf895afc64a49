import {createHook} from 'node:async_hooks';
import test from 'ava';
import fc from 'fast-check';
import {MemoryStore} from '../../../source/stores/memory/memory-store.ts';
import type {MemoryStoreOptions} from '../../../source/stores/memory/options.ts';
import type {Admitted, Store} from '../../../source/stores/store.ts';
import {bytesHeld} from '../../support/bytes-held.ts';
import {manualClockStore} from '../../support/manual-clock.ts';
import {warnings} from '../../support/warnings.ts';
import {storeContract} from '../contract.ts';

const minute = 60_000;
const rule = {name: 'global', count: 5, window: minute, id: `5/${minute}/global`};
const rules = [rule];
const banRule = {name: 'ban', count: 3, window: minute, id: `3/${minute}/ban`, duration: 1000};

// First and one by one: what they measure belongs to the whole process.
test.serial('clients quiet for two windows are forgotten, and ended bans', t => {
	const {store, pass} = manualClockStore();
	const before = bytesHeld();
	for (let index = 0; index < 40_000; index += 1) {
		store.admit(`asking ${index}`, [rule], {});
		store.report(`reported ${index}`, banRule, {weight: 1});
		store.ban(`banned ${index}`, {duration: minute});
	}

	const full = bytesHeld() - before;
	pass(minute);
	for (let later = 0; later < 500; later += 1) {
		// Ended bans are forgotten bit by bit.
		pass(minute / 250);
		store.admit('another', [rule], {});
	}

	const left = bytesHeld() - before;

	t.true(full > 5_000_000, `${full} bytes should have been held`);
	t.true(left < full / 10, `${left} of ${full} bytes are still held`);
	t.is(store.admit('asking 0', [rule], {}).kind, 'admitted');
});

test.serial('a client that never rests takes no more room than its rules count', t => {
	const {store, pass} = manualClockStore();
	const before = bytesHeld();
	for (let asked = 0; asked < 200_000; asked += 1) {
		store.admit('a', rules, {late: asked % 2 === 0});
		store.report('b', {...banRule, count: 1_000_000}, {weight: 1});
		pass(minute / 5);
	}

	const held = bytesHeld() - before;
	t.true(held < 1_000_000, `${held} bytes are held`);
	t.is(store.admit('a', [rule], {}).kind, 'admitted');
});

test.serial('a client takes a few bytes, and a few more for each request', t => {
	for (const [requests, most] of [
		[1, 200],
		[100, 700],
	] as const) {
		const wide = [{...rule, count: 100, id: '100'}];
		const {store} = manualClockStore();
		const before = bytesHeld();
		for (let index = 0; index < 30_000; index += 1) {
			const client = ['10', index >> 16, (index >> 8) & 0xff, index & 0xff].join('.');
			for (let asked = 0; asked < requests; asked += 1) {
				store.admit(client, wide, {});
			}
		}

		const bytes = (bytesHeld() - before) / 30_000;
		t.true(bytes > 50 && bytes < most, `${bytes} bytes for ${requests} requests`);
		t.is(store.admit('another', wide, {}).kind, 'admitted');
	}
});

test.serial('a flood of clients takes no more room than the most that are remembered', t => {
	let now = 0;
	const store = new MemoryStore({clock: () => now, maxClients: 2000});
	const before = bytesHeld();
	for (let index = 0; index < 100_000; index += 1) {
		store.admit(`flood ${index}`, rules, {});
	}

	const full = bytesHeld() - before;
	t.true(full < 4_000_000, `${full} bytes are held`);
	now = 3 * minute;
	store.admit('another', rules, {});
	const left = bytesHeld() - before;
	t.true(left < 1_000_000, `${left} bytes are still held`);
});

test.serial('a client once reset or unbanned leaves nothing behind', t => {
	const {store} = manualClockStore();
	const before = bytesHeld();
	for (let index = 0; index < 50_000; index += 1) {
		store.admit(`${index}`, rules, {});
		store.ban(`${index}`, {duration: Infinity});
		store.unban(`${index}`);
		store.reset(`${index}`);
	}

	const held = bytesHeld() - before;
	t.true(held < 1_000_000, `${held} bytes are held`);
	t.deepEqual([...store.bans()], []);
});

test.serial('asking about the ban alone leaves nothing behind', t => {
	const {store} = manualClockStore();
	const before = bytesHeld();
	for (let index = 0; index < 50_000; index += 1) {
		store.admit(`${index}`, [], {});
	}

	const held = bytesHeld() - before;
	t.true(held < 1_000_000, `${held} bytes are held`);
	t.is(store.admit('0', [], {}).kind, 'admitted');
});

test.serial('no timer is made, whatever is remembered', t => {
	const made: string[] = [];
	const hook = createHook({
		init: (_, type) => {
			made.push(type);
		},
	}).enable();
	const {store, pass} = manualClockStore();
	store.admit('a', [rule], {});
	store.report('a', banRule, {weight: 9});
	store.ban('b', {duration: minute});
	pass(2 * minute);
	store.admit('a', [rule], {});
	store.close();
	hook.disable();

	t.deepEqual(made, []);
});

storeContract(test, 'MemoryStore', manualClockStore, {histories: 2000});

test('every answer is there at once, without a promise', t => {
	const store: Store = manualClockStore().store;
	const answers = [
		store.admit('a', [rule], {}),
		store.report('a', banRule, {weight: 3}),
		store.admit('a', [rule], {}),
		store.ban('a', {duration: 1000}),
		store.unban('a'),
		store.reset('a'),
		store.close(),
	];

	t.deepEqual(
		answers.map(answer => answer instanceof Promise),
		answers.map(() => false),
	);
	t.true(Symbol.iterator in store.bans());
	t.false(store.shared);
});

test('a ban in force is kept however often the quiet are forgotten', t => {
	const {store, pass} = manualClockStore();
	store.ban('a', {duration: 1000 * minute});
	for (let minutes = 0; minutes < 999; minutes += 1) {
		pass(minute);
		store.admit('another', [rule], {});
	}

	t.deepEqual(store.admit('a', [], {}), {kind: 'banned', by: 'hand', endsInMs: minute});
});

test('of too many clients the quietest are forgotten, and nobody else', t => {
	const wide = [{...rule, count: 1000, id: 'wide'}];
	const store = new MemoryStore({clock: () => 0, maxClients: 300});
	const used = (client: string) => {
		const verdict = store.admit(client, wide, {});
		return 'quotas' in verdict ? 1000 - (verdict.quotas[0]?.remaining ?? 0) : undefined;
	};
	const first = Array.from({length: 100}, (_, index) => `${index}`);

	t.deepEqual(first.map(used), Array(100).fill(1));
	// A flood, in which some of them go on asking.
	const busy = first.slice(70);
	for (let round = 2; round <= 100; round += 1) {
		t.deepEqual(busy.map(used), Array(30).fill(round), `${round}`);
		for (let flood = 0; flood < 10; flood += 1) {
			used(`flood ${round} ${flood}`);
		}
	}

	t.deepEqual(first.slice(0, 50).map(used), Array(50).fill(1), 'the quiet begin anew');
});

test('who is reported or banned is not quiet', t => {
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

test('no flood of clients ends a ban', t => {
	const {store, pass} = manualClockStore();
	const small = new MemoryStore({clock: () => store.clock(), maxClients: 12});
	small.ban('a', {duration: minute});
	for (let flood = 0; flood < 1000; flood += 1) {
		small.admit(`flood ${flood}`, rules, {});
	}

	pass(minute - 1);
	t.is(small.admit('a', rules, {}).kind, 'banned');
});

test('of too many bans by reports the one that began first gives way', t => {
	const {store, pass} = manualClockStore();
	const small = new MemoryStore({clock: () => store.clock(), maxBans: 3});
	const report = (client: string, duration: number) =>
		small.report(client, {...banRule, duration}, {weight: 3});
	const banned = () => [...small.bans()].flat().map(({client}) => client);

	report('first', 3 * minute);
	report('short', minute);
	report('endless', Infinity);
	t.deepEqual(report('another', 2 * minute), {reports: 3, banEndsInMs: 2 * minute});
	t.deepEqual(banned(), ['short', 'endless', 'another']);
	t.is(small.admit('first', rules, {}).kind, 'admitted');

	report('endless', 5 * minute);
	t.deepEqual(banned(), ['short', 'endless', 'another'], 'a ban in force is not begun again');
	pass(minute);
	report('fifth', minute);
	t.deepEqual(banned(), ['endless', 'another', 'fifth'], 'what has ended makes room first');
});

test('two clients with short bans do not end each other’s, however many longer ones there are', t => {
	const small = new MemoryStore({clock: () => 0, maxBans: 100});
	for (let index = 0; index < 200; index += 1) {
		small.report(`long ${index}`, {...banRule, duration: 60 * minute}, {weight: 3});
	}

	for (const client of ['a', 'b']) {
		small.report(client, banRule, {weight: 3});
	}

	t.is(small.admit('a', [], {}).kind, 'banned');
	t.is(small.admit('b', [], {}).kind, 'banned');
});

test('a flood of bans by reports ends none by hand, and a ban by hand always has room', t => {
	const small = new MemoryStore({clock: () => 0, maxBans: 100});
	small.ban('by hand', {duration: 5});
	for (let flood = 0; flood < 10_000; flood += 1) {
		small.report(`flood ${flood}`, {...banRule, duration: minute}, {weight: 3});
	}

	t.is(small.admit('by hand', [], {}).kind, 'banned');
	for (let index = 0; index < 200; index += 1) {
		small.ban(`by hand ${index}`, {duration: Infinity});
	}

	t.is(small.admit('by hand 199', [], {}).kind, 'banned');
	t.is(small.admit('flood 9999', [], {}).kind, 'banned');
	t.is([...small.bans()].flat().length, 200);
});

test('a ban by hand takes the place of one by reports, and the other way round', t => {
	const {store, pass} = manualClockStore();
	store.report('a', banRule, {weight: 3});
	store.ban('a', {duration: 500});
	t.deepEqual([...store.bans()].flat(), [{client: 'a', by: 'hand', endsInMs: 500}]);

	pass(500);
	store.report('a', banRule, {weight: 3, reason: 'again'});
	t.deepEqual([...store.bans()].flat(), [
		{client: 'a', by: 'reports', reason: 'again', endsInMs: 1000},
	]);
	store.unban('a');
	t.deepEqual([...store.bans()].flat(), []);
});

test.serial('a warning tells once that a ban gave way', async t => {
	const heard = warnings(t);
	const small = new MemoryStore({maxBans: 2});
	for (const client of ['a', 'b']) {
		small.ban(client, {duration: minute});
	}

	t.deepEqual(await heard.codes(), []);
	small.ban('a', {duration: minute});
	t.deepEqual(await heard.codes(), [], "in place of the client's own");
	for (const client of ['c', 'd']) {
		small.ban(client, {duration: minute});
	}

	t.deepEqual(await heard.codes(), ['GATEKEEPER_BANS_FULL']);
});

test('no flood of new clients pushes out one that has sent more', t => {
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

	t.deepEqual([ask('one'), ask('seven'), ask('eight')], [99, 99, 91], 'the quiet begin anew');

	// A rule that one request fills makes nobody the equal of who has sent many.
	const one = [{...rule, count: 1, id: '1'}];
	for (let flood = 0; flood < 5000; flood += 1) {
		store.admit(`one ${flood}`, one, {});
	}

	t.is(ask('eight'), 90);
});

test('what clients make up as keys pushes out no client, nor a key near its limit', t => {
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
	t.is(quota?.remaining, 3, 'the client is known');

	store.reset('alice');
	t.is(login('alice', 'botnet'), 'admitted');
});

test('a key and a client of one name are apart', t => {
	const store = new MemoryStore({clock: () => 0});
	const one = [{...rule, count: 1, id: '1'}];

	t.is(store.admit('a', one, {requester: 'b'}).kind, 'admitted');
	t.is(store.admit('a', one, {}).kind, 'admitted');
	t.is(store.admit('a', one, {requester: 'b'}).kind, 'limited');
	t.is(store.admit('a', one, {}).kind, 'limited');
});

test('the last sixth of the most clients is remembered, whatever else happens', t => {
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

test('a list of bans has an end, though bans begin meanwhile', t => {
	const {store} = manualClockStore();
	for (let index = 0; index < 3000; index += 1) {
		store.ban(`${index}`, {duration: minute});
	}

	let listed = 0;
	for (const page of store.bans()) {
		for (const {client} of page) {
			store.unban(client);
			store.ban(client, {duration: minute});
			listed += 1;
		}
	}

	t.is(listed, 3000);
});

test('each page of a list of bans tells the time of its own, and none that has ended', t => {
	const {store, pass} = manualClockStore();
	for (let index = 0; index < 2000; index += 1) {
		store.ban(`${index}`, {duration: index === 1500 ? 400 : 100});
	}

	const told: number[] = [];
	for (const page of store.bans()) {
		told.push(...page.map(({endsInMs}) => endsInMs));
		pass(100);
	}

	t.deepEqual(told, [...Array(1000).fill(100), 300]);
});

test('a closed store holds nothing', t => {
	const {store} = manualClockStore();
	store.ban('a', {duration: Infinity});
	for (let asked = 0; asked < 5; asked += 1) {
		store.admit('b', [rule], {});
	}

	store.close();
	t.deepEqual([...store.bans()], []);
	t.is(store.admit('b', [rule], {}).kind, 'admitted');
});

test('while the clock stands still, what was counted stays counted', t => {
	const store = new MemoryStore({clock: () => 42});
	const kinds = Array.from({length: 7}, () => store.admit('a', [rule], {}).kind);

	t.deepEqual(kinds, [...Array(5).fill('admitted'), 'limited', 'limited']);
});

test('a clock that trembles stands still until it is where it was', t => {
	let now = 10_000;
	const store = new MemoryStore({clock: () => now});
	store.ban('a', {duration: 1000});
	for (now of [9999, 9500, 9000, 9900, 10_000]) {
		t.deepEqual(store.admit('a', [], {}), {kind: 'banned', by: 'hand', endsInMs: 1000});
		t.is(store.clock(), 10_000);
	}

	now = 10_400;
	t.deepEqual(store.admit('a', [], {}), {kind: 'banned', by: 'hand', endsInMs: 600});
});

test('however its clock runs, back and forth, the times told lie ahead', t => {
	const steps = fc.array(fc.integer({min: -3000, max: 3000}), {maxLength: 60, size: 'max'});

	t.notThrows(() => fc.assert(fc.property(steps, timesLieAhead), {numRuns: 500}));
});

test('where its clock tells fractions of a millisecond, the times told lie ahead too', t => {
	const step = fc.oneof(
		fc.integer({min: 0, max: 20_000}).map(microseconds => microseconds / 1000),
		fc.constantFrom(10, 1000),
	);
	const steps = fc.array(step, {maxLength: 30, size: 'max'});

	t.notThrows(() => fc.assert(fc.property(steps, timesLieAhead), {numRuns: 2000}));
});

test('without a clock of its own, it reads one that only moves forward', t => {
	const store = new MemoryStore();
	const before = performance.now();
	const now = store.clock();
	const after = performance.now();

	t.true(Math.floor(before) <= now && now <= after);
	t.is(store.admit('a', [{...rule, count: 1}], {}).kind, 'admitted');
	t.is(store.admit('a', [{...rule, count: 1}], {}).kind, 'limited');
});

test('an option that it does not know, or a clock that is none, is a TypeError', t => {
	const refusals: Array<[options: unknown, message: string]> = [
		[{clok: () => 0}, 'Unknown option `clok` of MemoryStore(); did you mean `clock`?'],
		[
			{whatever: 5},
			'Unknown option `whatever` of MemoryStore(); it takes clock, maxClients, maxBans',
		],
		...[0, 1, 2.5, '5', null, Infinity, 2 ** 24 + 1].flatMap(
			(most): Array<[unknown, string]> => [
				[
					{maxClients: most},
					`\`maxClients\` must be a whole number from 6 to 8,388,608, got ${most === '5' ? "'5'" : most}`,
				],
				[
					{maxBans: most},
					`\`maxBans\` must be a whole number from 2 to 8,388,608, got ${most === '5' ? "'5'" : most}`,
				],
			],
		),
		[{clock: 5}, '`clock` must be a function that returns milliseconds, got 5'],
		[{clock: null}, '`clock` must be a function that returns milliseconds, got null'],
		[null, 'The options of MemoryStore() must be an object, got null'],
	];

	for (const [options, message] of refusals) {
		t.throws(() => new MemoryStore(options as MemoryStoreOptions), {
			instanceOf: TypeError,
			message,
		});
	}
});

/** Whether every time told, on a clock that makes these steps, is above 0 and no longer than its rule. */
function timesLieAhead(steps: readonly number[]): boolean {
	let now = 0;
	const store = new MemoryStore({clock: () => now});
	const short = {name: 'short', count: 2, window: 10, id: '2/10/short'};
	const long = {name: 'long', count: 3, window: 1000, id: '3/1000/long'};

	return steps.every(step => {
		now += step;
		const verdict = store.admit('a', [short, long], {});
		const {banEndsInMs = 1} = store.report('a', {...banRule, duration: 1000}, {weight: 1});

		return (
			liesAhead(banEndsInMs, 1000) &&
			('quotas' in verdict
				? verdict.quotas.every(
						({rule, remaining, freesInMs}) => remaining >= 0 && liesAhead(freesInMs, rule.window),
					)
				: liesAhead(verdict.endsInMs, 1000))
		);
	});
}

/** Sums of fractions may be off by a rounding, far below what users are told in seconds. */
function liesAhead(ms: number, most: number): boolean {
	return ms > 0 && ms < most + 1e-6;
}
