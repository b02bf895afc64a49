import test from 'ava';
import {MemoryStore} from '../../../source/stores/memory/memory-store.ts';
import {manualClockStore} from '../../support/manual-clock.ts';
import {warnings} from '../../support/warnings.ts';

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

test('the store keeps a ban until it ends, however quiet the client is', t => {
	const {store, pass} = manualClockStore();
	store.ban('a', {duration: 1000 * minute});
	for (let minutes = 0; minutes < 999; minutes += 1) {
		pass(minute);
		store.admit('another', [rule], {});
	}

	t.deepEqual(store.admit('a', [], {}), {kind: 'banned', by: 'hand', endsInMs: minute});
});

test('beyond maxBans, a new ban by reports replaces the one that began first', t => {
	const {store, pass} = manualClockStore();
	const small = new MemoryStore({clock: () => store.clock(), maxBans: 3});
	const report = (client: string, duration: number) =>
		small.report(client, {...banRule, durations: [duration]}, {weight: 3});
	const banned = () => [...small.bans()].flat().map(({client}) => client);

	report('first', 3 * minute);
	report('short', minute);
	report('endless', Infinity);
	t.deepEqual(report('another', 2 * minute), {
		reports: 3,
		banEndsInMs: 2 * minute,
		begunForMs: 2 * minute,
	});
	t.deepEqual(banned(), ['short', 'endless', 'another']);
	t.is(small.admit('first', rules, {}).kind, 'admitted');

	report('endless', 5 * minute);
	t.deepEqual(banned(), ['short', 'endless', 'another'], 'a ban in force does not begin again');
	pass(minute);
	report('fifth', minute);
	t.deepEqual(banned(), ['endless', 'another', 'fifth'], 'an ended ban is replaced first');
});

test('two short bans do not replace each other, however many longer bans there are', t => {
	const small = new MemoryStore({clock: () => 0, maxBans: 100});
	for (let index = 0; index < 200; index += 1) {
		small.report(`long ${index}`, {...banRule, durations: [60 * minute]}, {weight: 3});
	}

	for (const client of ['a', 'b']) {
		small.report(client, banRule, {weight: 3});
	}

	t.is(small.admit('a', [], {}).kind, 'banned');
	t.is(small.admit('b', [], {}).kind, 'banned');
});

test('a flood of bans by reports replaces no manual ban, and a manual ban always has room', t => {
	const small = new MemoryStore({clock: () => 0, maxBans: 100});
	small.ban('manual', {duration: 5});
	for (let flood = 0; flood < 10_000; flood += 1) {
		small.report(`flood ${flood}`, {...banRule, durations: [minute]}, {weight: 3});
	}

	t.is(small.admit('manual', [], {}).kind, 'banned');
	for (let index = 0; index < 200; index += 1) {
		small.ban(`manual ${index}`, {duration: Infinity});
	}

	t.is(small.admit('manual 199', [], {}).kind, 'banned');
	t.is(small.admit('flood 9999', [], {}).kind, 'banned');
	t.is([...small.bans()].flat().length, 200);
});

test("a flood of trap hits ends no operator's ban, and a trap still bans when the traps' room is full", t => {
	const small = new MemoryStore({clock: () => 0, maxBans: 100});
	small.ban('endless', {duration: Infinity});
	small.report('reported', banRule, {weight: 3});
	for (let flood = 0; flood < 10_000; flood += 1) {
		small.ban(`flood ${flood}`, {duration: minute, isTrap: true});
	}

	for (const client of ['endless', 'reported', 'flood 9999', 'flood 9900']) {
		t.is(small.admit(client, [], {}).kind, 'banned', client);
	}

	t.is(small.admit('flood 9899', [], {}).kind, 'admitted');
	t.is([...small.bans()].flat().length, 102);
	small.ban('another', {duration: minute});
	t.is(small.admit('flood 9900', [], {}).kind, 'banned', "an operator's ban takes no trap's place");
});

test("an operator's ban of a client that a trap has banned is safe from a flood of trap hits", t => {
	const small = new MemoryStore({clock: () => 0, maxBans: 100});
	small.ban('a', {duration: 60 * minute, reason: 'trap', isTrap: true});
	small.ban('a', {duration: minute, reason: 'scraper'});
	floodOfTraps(small);

	t.deepEqual(small.admit('a', [], {}), {
		kind: 'banned',
		by: 'hand',
		reason: 'scraper',
		endsInMs: minute,
	});
	t.is([...small.bans()].flat().filter(({client}) => client === 'a').length, 1);
});

test('a trap hit that makes a ban by reports longer leaves it behind, so that trap hits of others do not end it', t => {
	const {store, pass} = manualClockStore();
	const small = new MemoryStore({clock: () => store.clock(), maxBans: 100});
	small.report('a', {...banRule, durations: [10 * minute]}, {weight: 3});
	small.ban('a', {duration: 60 * minute, reason: 'trap', isTrap: true});
	const listed = () => [...small.bans()].flat().filter(({client}) => client === 'a');
	t.deepEqual(listed(), [{client: 'a', by: 'hand', reason: 'trap', endsInMs: 60 * minute}]);

	floodOfTraps(small);
	t.deepEqual(listed(), [{client: 'a', by: 'reports', endsInMs: 10 * minute}]);
	pass(10 * minute);
	t.is(small.admit('a', rules, {}).kind, 'admitted');
	small.report('b', {...banRule, durations: [10 * minute]}, {weight: 3});
	small.ban('b', {duration: 60 * minute, isTrap: true});
	small.unban('b');
	t.is(small.admit('b', rules, {}).kind, 'admitted');
});

test("a trap hit that makes an operator's ban longer takes its place, so that no trap hits end it", t => {
	let now = 0;
	const small = new MemoryStore({clock: () => now, maxBans: 100});
	small.ban('a', {duration: minute});
	small.ban('a', {duration: 60 * minute, reason: 'trap', isTrap: true});
	floodOfTraps(small);
	t.deepEqual(small.admit('a', [], {}), {
		kind: 'banned',
		by: 'hand',
		reason: 'trap',
		endsInMs: 60 * minute,
	});

	now = 60 * minute;
	small.ban('a', {duration: minute, isTrap: true});
	floodOfTraps(small);
	t.is(small.admit('a', [], {}).kind, 'admitted', 'the operator had not banned it any more');
});

test('bans hold by a clock that is below zero, too', t => {
	const store = new MemoryStore({clock: () => -7000});
	store.ban('a', {duration: 500});
	store.ban('b', {duration: 500, isTrap: true});
	store.report('b', banRule, {weight: 3});
	t.like(store.admit('a', [], {}), {by: 'hand', endsInMs: 500});
	t.like(store.admit('b', [], {}), {by: 'reports', endsInMs: 1000});
});

test('a manual ban replaces a ban by reports, and a ban by reports follows a manual ban that has ended', t => {
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

test.serial('a warning reports once that a new ban replaced another', async t => {
	const heard = warnings(t);
	const small = new MemoryStore({maxBans: 2});
	for (const client of ['a', 'b']) {
		small.ban(client, {duration: minute});
	}

	t.deepEqual(await heard.codes(), []);
	small.ban('a', {duration: minute});
	t.deepEqual(await heard.codes(), [], 'it replaced a ban of the same client');
	for (const client of ['c', 'd']) {
		small.ban(client, {duration: minute});
	}

	t.deepEqual(await heard.codes(), ['GATEKEEPER_BANS_FULL']);
});

test('a list of bans ends, although new bans begin during the listing', t => {
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

test('each page of a list of bans has the times of its own moment, and no ban that has ended', t => {
	const {store, pass} = manualClockStore();
	for (let index = 0; index < 2000; index += 1) {
		store.ban(`${index}`, {duration: index === 1500 ? 400 : 100});
	}

	const times: number[] = [];
	for (const page of store.bans()) {
		times.push(...page.map(({endsInMs}) => endsInMs));
		pass(100);
	}

	t.deepEqual(times, [...Array(1000).fill(100), 300]);
});

/** As many clients hit a trap as a store of 100 bans of each kind holds. */
function floodOfTraps(store: MemoryStore): void {
	for (let flood = 0; flood < 100; flood += 1) {
		store.ban(`flood ${flood}`, {duration: 60 * minute, isTrap: true});
	}
}
