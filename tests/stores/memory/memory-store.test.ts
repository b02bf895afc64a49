import test from 'ava';
import fc from 'fast-check';
import {MemoryStore} from '../../../source/stores/memory/memory-store.ts';
import type {MemoryStoreOptions} from '../../../source/stores/memory/options.ts';
import type {Store} from '../../../source/stores/store.ts';
import {manualClockStore} from '../../support/manual-clock.ts';
import {runs} from '../../support/runs.ts';

const minute = 60_000;
const rule = {name: 'global', count: 5, window: minute, id: `5/${minute}/global`};
const banRule = {
	name: 'ban',
	count: 3,
	window: minute,
	id: `3/${minute}/ban`,
	durations: [1000] as const,
};

test('every method returns its result, and never a promise', t => {
	const store: Store = manualClockStore().store;
	const results = [
		store.admit('a', [rule], {}),
		store.report('a', banRule, {weight: 3}),
		store.admit('a', [rule], {}),
		store.ban('a', {duration: 1000}),
		store.unban('a'),
		store.reset('a'),
		store.inspect('a', [rule], banRule),
		store.giveBack('a', []),
		store.banRange('10.0.0.0/8', {duration: 1000}),
		store.ranges(),
		store.unbanRange('10.0.0.0/8'),
		store.close(),
	];

	t.deepEqual(
		results.map(result => result instanceof Promise),
		results.map(() => false),
	);
	t.true(Symbol.iterator in store.bans());
	t.false(store.shared);
});

test('the sibling is a plain MemoryStore with the same options, and has a life of its own', t => {
	const store = new MemoryStore({clock: () => 42, maxBans: 2, maxClients: 6});
	const sibling = store.sibling();
	t.true(MemoryStore.isPlain(store));
	t.true(MemoryStore.isPlain(sibling));
	t.is(sibling.clock(), 42);
	t.not(sibling.sibling(), store);
	for (const client of ['a', 'b', 'c']) {
		sibling.ban(client, {duration: 1000});
	}

	t.is([...sibling.bans()].flat().length, 2);
	for (const client of ['a', 'b', 'c', 'd']) {
		sibling.admit(client, [{...rule, count: 1, id: '1'}], {immune: true});
	}

	t.is(sibling.admit('a', [{...rule, count: 1, id: '1'}], {immune: true}).kind, 'admitted');
	store.close();
	t.is(store.sibling(), sibling);
	t.is([...sibling.bans()].flat().length, 2);
});

test('a store that was closed remembers nothing', t => {
	const {store} = manualClockStore();
	const climbing = {...banRule, durations: [1000, 2000] as const, forgetAfter: minute};
	store.report('c', climbing, {weight: 3});
	store.banRange('10.0.0.0/8', {duration: Infinity});
	store.ban('a', {duration: Infinity});
	for (let asked = 0; asked < 5; asked += 1) {
		store.admit('b', [rule], {});
	}

	store.close();
	t.deepEqual([...store.bans()], []);
	t.deepEqual(store.ranges(), []);
	t.is(store.admit('b', [rule], {}).kind, 'admitted');
	t.is(store.admit('10.0.0.1', [rule], {}).kind, 'admitted');
	t.is(store.report('c', climbing, {weight: 3}).strike, 1);
});

test('while the clock stands still, requests stay counted', t => {
	const store = new MemoryStore({clock: () => 42});
	const kinds = Array.from({length: 7}, () => store.admit('a', [rule], {}).kind);

	t.deepEqual(kinds, [...Array(5).fill('admitted'), 'limited', 'limited']);
});

test('when the clock goes back by a second at most, the store waits until it has caught up', t => {
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

test('every time in a verdict is above 0, even if the clock goes back', t => {
	const steps = fc.array(fc.integer({min: -3000, max: 3000}), {maxLength: 60, size: 'max'});

	t.notThrows(() => fc.assert(fc.property(steps, timesLieAhead), {numRuns: runs(100)}));
});

test('every time in a verdict is above 0, even if the clock has fractions of a millisecond', t => {
	const step = fc.oneof(
		fc.integer({min: 0, max: 20_000}).map(microseconds => microseconds / 1000),
		fc.constantFrom(10, 1000),
	);
	const steps = fc.array(step, {maxLength: 30, size: 'max'});

	t.notThrows(() => fc.assert(fc.property(steps, timesLieAhead), {numRuns: runs(200)}));
});

test('the default clock only moves forward', t => {
	const store = new MemoryStore();
	const before = performance.now();
	const now = store.clock();
	const after = performance.now();

	t.true(Math.floor(before) <= now && now <= after);
	t.is(store.admit('a', [{...rule, count: 1}], {}).kind, 'admitted');
	t.is(store.admit('a', [{...rule, count: 1}], {}).kind, 'limited');
});

test('an unknown option or a bad value is a TypeError', t => {
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

/** Whether every time is above 0 and no longer than its rule allows, on a clock that makes these steps. */
function timesLieAhead(steps: readonly number[]): boolean {
	let now = 0;
	const store = new MemoryStore({clock: () => now});
	const short = {name: 'short', count: 2, window: 10, id: '2/10/short'};
	const long = {name: 'long', count: 3, window: 1000, id: '3/1000/long'};

	return steps.every(step => {
		now += step;
		const verdict = store.admit('a', [short, long], {});
		const {banEndsInMs = 1} = store.report('a', {...banRule, durations: [1000]}, {weight: 1});

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

/** A sum of fractions can have a rounding error, far below the seconds in a response. */
function liesAhead(ms: number, most: number): boolean {
	return ms > 0 && ms < most + 1e-6;
}
