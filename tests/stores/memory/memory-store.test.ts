import {createHook} from 'node:async_hooks';
import test from 'ava';
import fc from 'fast-check';
import {MemoryStore, type MemoryStoreOptions} from '../../../source/stores/memory/memory-store.ts';
import type {Store} from '../../../source/stores/store.ts';
import {bytesHeld} from '../../bytes-held.ts';
import {storeByHand} from '../../gated.ts';
import {storeContract} from '../contract.ts';

const minute = 60_000;
const rule = {name: 'global', count: 5, window: minute, counter: `5/${minute}/global`};
const banRule = {name: 'ban', count: 3, window: minute, counter: `3/${minute}/ban`, duration: 1000};

// First and one by one: what they measure belongs to the whole process.
test.serial('clients quiet for two windows are forgotten, and ended bans', t => {
	const {store, pass} = storeByHand();
	const before = bytesHeld();
	for (let index = 0; index < 20_000; index += 1) {
		store.admit(`asking ${index}`, [rule]);
		store.report(`reported ${index}`, banRule, {weight: 1});
		store.ban(`banned ${index}`, {duration: minute});
	}

	const full = bytesHeld() - before;
	pass(minute);
	store.admit('another', [rule]);
	pass(minute);
	store.admit('another', [rule]);
	const left = bytesHeld() - before;

	t.true(full > 5_000_000, `${full} bytes should have been held`);
	t.true(left < full / 20, `${left} of ${full} bytes are still held`);
	t.is(store.admit('asking 0', [rule]).kind, 'admitted');
});

test.serial('a client that never rests takes no more room than its rules count', t => {
	const {store, pass} = storeByHand();
	const before = bytesHeld();
	for (let asked = 0; asked < 200_000; asked += 1) {
		store.admit('a', [rule], {late: asked % 2 === 0});
		store.report('b', {...banRule, count: 1_000_000}, {weight: 1});
		pass(minute / 5);
	}

	const held = bytesHeld() - before;
	t.true(held < 1_000_000, `${held} bytes are held`);
	t.is(store.admit('a', [rule]).kind, 'admitted');
});

test.serial('a client once reset or unbanned leaves nothing behind', t => {
	const {store} = storeByHand();
	const before = bytesHeld();
	for (let index = 0; index < 50_000; index += 1) {
		store.admit(`${index}`, [rule]);
		store.ban(`${index}`, {duration: Infinity});
		store.unban(`${index}`);
		store.reset(`${index}`);
	}

	const held = bytesHeld() - before;
	t.true(held < 1_000_000, `${held} bytes are held`);
	t.deepEqual([...store.bans()], []);
});

test.serial('asking about the ban alone leaves nothing behind', t => {
	const {store} = storeByHand();
	const before = bytesHeld();
	for (let index = 0; index < 50_000; index += 1) {
		store.admit(`${index}`, []);
	}

	const held = bytesHeld() - before;
	t.true(held < 1_000_000, `${held} bytes are held`);
	t.is(store.admit('0', []).kind, 'admitted');
});

test.serial('no timer is made, whatever is remembered', t => {
	const made: string[] = [];
	const hook = createHook({
		init: (_, type) => {
			made.push(type);
		},
	}).enable();
	const {store, pass} = storeByHand();
	store.admit('a', [rule]);
	store.report('a', banRule, {weight: 9});
	store.ban('b', {duration: minute});
	pass(2 * minute);
	store.admit('a', [rule]);
	store.close();
	hook.disable();

	t.deepEqual(made, []);
});

storeContract(test, 'MemoryStore', storeByHand, {runs: 12_000});

test('every answer is there at once, without a promise', t => {
	const store: Store = storeByHand().store;
	const answers = [
		store.admit('a', [rule]),
		store.report('a', banRule, {weight: 3}),
		store.admit('a', [rule]),
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
	const {store, pass} = storeByHand();
	store.ban('a', {duration: 1000 * minute});
	for (let minutes = 0; minutes < 999; minutes += 1) {
		pass(minute);
		store.admit('another', [rule]);
	}

	t.deepEqual(store.admit('a', []), {kind: 'banned', by: 'hand', endsInMs: minute});
});

test('a list of bans that is read slowly tells the time of each, and none that has ended', t => {
	const {store, pass} = storeByHand();
	store.ban('a', {duration: 100});
	store.ban('b', {duration: 100});
	store.ban('c', {duration: 400});
	const told: number[] = [];
	for (const {endsInMs} of store.bans()) {
		told.push(endsInMs);
		pass(100);
	}

	t.deepEqual(told, [100, 300]);
});

test('a closed store holds nothing', t => {
	const {store} = storeByHand();
	store.ban('a', {duration: Infinity});
	for (let asked = 0; asked < 5; asked += 1) {
		store.admit('b', [rule]);
	}

	store.close();
	t.deepEqual([...store.bans()], []);
	t.is(store.admit('b', [rule]).kind, 'admitted');
});

test('while the clock stands still, what was counted stays counted', t => {
	const store = new MemoryStore({clock: () => 42});
	const kinds = Array.from({length: 7}, () => store.admit('a', [rule]).kind);

	t.deepEqual(kinds, [...Array(5).fill('admitted'), 'limited', 'limited']);
});

test('a clock set back stands still until it is where it was', t => {
	let now = 10_000;
	const store = new MemoryStore({clock: () => now});
	store.ban('a', {duration: 1000});
	for (now of [9000, 0, -5000, 10_000]) {
		t.deepEqual(store.admit('a', []), {kind: 'banned', by: 'hand', endsInMs: 1000});
		t.is(store.clock(), 10_000);
	}

	now = 10_400;
	t.deepEqual(store.admit('a', []), {kind: 'banned', by: 'hand', endsInMs: 600});
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
	t.is(store.admit('a', [{...rule, count: 1}]).kind, 'admitted');
	t.is(store.admit('a', [{...rule, count: 1}]).kind, 'limited');
});

test('an option that it does not know, or a clock that is none, is a TypeError', t => {
	const refusals: Array<[options: unknown, message: string]> = [
		[{clok: () => 0}, 'Unknown option `clok` of MemoryStore(); did you mean `clock`?'],
		[{maxClients: 5}, 'Unknown option `maxClients` of MemoryStore(); it takes clock'],
		[{clock: 5}, '`clock` must be a function that returns milliseconds, got 5'],
		[{clock: null}, '`clock` must be a function that returns milliseconds, got null'],
		[null, '`MemoryStore()` must be an object, got null'],
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
	const short = {name: 'short', count: 2, window: 10, counter: '2/10/short'};
	const long = {name: 'long', count: 3, window: 1000, counter: '3/1000/long'};

	return steps.every(step => {
		now += step;
		const verdict = store.admit('a', [short, long]);
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
