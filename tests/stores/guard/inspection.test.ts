import test from 'ava';
import {checkedInspection} from '../../../source/stores/guard/check-reply.ts';
import {guard as gateStore} from '../../../source/stores/guard/guard.ts';
import type {Inspection} from '../../../source/stores/inspection.ts';
import {MemoryStore} from '../../../source/stores/memory/memory-store.ts';
import type {Store} from '../../../source/stores/store.ts';
import {forwardTo} from '../../support/forwarding-store.ts';
import {
	banRule,
	commandsOnly,
	failing,
	guard,
	readOnly,
	rejectsBans,
	rule,
	unobserved,
} from '../../support/guarded-store.ts';
import {manualClockStore} from '../../support/manual-clock.ts';
import {NaiveStore} from '../../support/models/naive-store.ts';
import {bansInspected, quotasInspected, reportsInspected} from '../contract/inspection.ts';
import type {OpenedStore, Promised} from '../contract/promised.ts';

/** The same store, but clients are inspected as a gate does it. */
function inspectedByGate(store: Store): Store {
	const {commands} = gateStore(store, {policy: 'memory', timeout: 1000, observer: unobserved});
	let sibling: Store | undefined;

	return forwardTo(store, {
		inspect: (client, rules, banRule) => commands.inspect(client, rules, banRule),
		sibling: () => {
			sibling ??= inspectedByGate(store.sibling());
			return sibling;
		},
	});
}

function openedNaive(): OpenedStore {
	const store = new NaiveStore();
	const pass = (ms: number) => {
		store.now += ms;
	};

	return {store, pass};
}

for (const [name, open] of Object.entries({
	'a MemoryStore under no guard': manualClockStore,
	'a guarded MemoryStore': () => {
		const {store, pass} = manualClockStore();
		return {store: forwardTo(store, {}), pass};
	},
	'a guarded store': openedNaive,
})) {
	const promised: Promised = (title, body) => {
		test(`${name}: ${title}`, async t => {
			const {store, pass} = open();
			await body(t, {store: inspectedByGate(store), pass});
		});
	};
	quotasInspected(promised);
	reportsInspected(promised);
	bansInspected(promised);
}

const standing: Inspection = {
	ban: {client: 'a', by: 'reports', reason: 'login', endsInMs: 300, strike: 2},
	reports: 0,
	strike: 2,
	quotas: [{rule, remaining: 1, freesInMs: 700}],
};

const {ban: _, ...unbanned} = standing;

/** A store that says how each client stands. */
function telling(overrides: Partial<Store> = {}): Store {
	return {...commandsOnly, inspect: async () => standing, ...overrides};
}

test('an inspection asks the store what it is asked', async t => {
	const asked: unknown[] = [];
	const {guarded} = guard(
		telling({
			inspect: async (client, rules, banRule, asking) => {
				asked.push([client, rules, banRule, asking?.signal.aborted]);
				return standing;
			},
		}),
		'memory',
	);

	t.deepEqual(await guarded.commands.inspect('a', [rule], banRule), standing);
	await guarded.commands.inspect('b', [rule], undefined);
	t.deepEqual(asked, [
		['a', [rule], banRule, false],
		['b', [rule], undefined, false],
	]);
});

test('the ban of a range that another process has begun is known at once, and comes first', async t => {
	let ranges: Awaited<ReturnType<Store['ranges']>> = [];
	const {guarded} = guard(
		telling({
			inspect: async client => ({
				...(client === '203.0.113.7' ? standing : unbanned),
				reports: 1,
			}),
			ranges: async () => ranges,
		}),
		'memory',
	);
	const inspect = (client: string) => guarded.commands.inspect(client, [rule], banRule);
	t.deepEqual(await inspect('203.0.113.7'), {...standing, reports: 1});
	ranges = [
		{client: '203.0.113.0/24', by: 'hand', reason: 'a scraper', endsInMs: 500},
		{client: '203.0.0.0/16', by: 'hand', endsInMs: 400},
		{client: '2001:db8::/32', by: 'hand', endsInMs: Infinity},
	];

	for (const client of ['203.0.113.7', '203.0.113.8']) {
		t.deepEqual(await inspect(client), {...standing, ban: ranges[0], reports: 1}, client);
	}

	t.deepEqual((await inspect('2001:db8:1:2::/64')).ban, ranges[2]);
	for (const client of ['198.51.100.7', 'specific-key:203.0.113.7', 'unix']) {
		t.deepEqual(await inspect(client), {...unbanned, reports: 1}, client);
	}

	ranges = [];
	t.is((await inspect('203.0.113.8')).ban, undefined);
});

test('a ban that began here while the store failed is known, and hides its own', async t => {
	const {guarded, pass} = guard(telling({...rejectsBans, report: readOnly.report}), 'memory');
	const inspect = (client: string) => guarded.commands.inspect(client, [rule], banRule);
	await t.throwsAsync(guarded.commands.ban('b', {duration: 500, reason: 'spam'}));
	await guarded.report('c', banRule, {weight: 2});
	pass(100);

	t.deepEqual(await inspect('b'), {
		...standing,
		ban: {client: 'b', by: 'hand', reason: 'spam', endsInMs: 400},
	});
	t.deepEqual((await inspect('c')).ban, {client: 'c', by: 'reports', endsInMs: 400});
	t.deepEqual(await inspect('d'), standing);
	pass(400);
	t.deepEqual(await inspect('b'), standing);
	await guarded.commands.close();
});

test('the ban of a range comes before one that began here, as in a decision', async t => {
	const ranges = [{client: '10.0.0.0/8', by: 'hand', endsInMs: 300}] as const;
	const {guarded} = guard(telling({...rejectsBans, ranges: () => ranges}), 'memory');
	await t.throwsAsync(guarded.commands.ban('10.0.0.1', {duration: 500}));

	t.deepEqual((await guarded.commands.inspect('10.0.0.1', [rule], banRule)).ban, ranges[0]);
	t.like(await guarded.admit('10.0.0.1', [rule], {}), {kind: 'banned', endsInMs: 300});
	await guarded.commands.close();
});

test('an inspection rejects if the store fails, whatever the policy', async t => {
	const down = async () => {
		throw new Error('down');
	};
	for (const policy of ['memory', 'open', 'closed'] as const) {
		for (const overrides of [
			{inspect: down},
			{ranges: down},
			{inspect: down, ranges: down},
			{
				inspect: () => {
					throw new Error('down');
				},
			},
		]) {
			const {guarded, heard} = guard(telling(overrides), policy);
			await t.throwsAsync(guarded.commands.inspect('a', [rule], banRule), {message: 'down'});
			t.deepEqual(heard, []);
		}
	}
});

test('a silent store is given up, and the error does not say that it may have done something', async t => {
	const given: AbortSignal[] = [];
	const {guarded} = guard(
		telling({
			inspect: (_client, _rules, _banRule, asking) => {
				given.push(...(asking ? [asking.signal] : []));
				return new Promise(() => {});
			},
		}),
		'memory',
	);

	await t.throwsAsync(guarded.commands.inspect('a', [rule], banRule), {
		message: 'The store did not reply within 5 ms (storeTimeout)',
	});
	t.deepEqual(
		given.map(({aborted}) => aborted),
		[true],
	);
});

test('a store that works for inspections and fails for requests is inspected', async t => {
	const {guarded} = guard({...failing, inspect: async () => standing}, 'closed');
	t.is((await guarded.admit('a', [rule], {})).kind, 'unavailable');

	t.deepEqual(await guarded.commands.inspect('a', [rule], banRule), standing);
});

test('what is not an inspection under the rules that were asked about is an error', t => {
	const other = {...rule, id: 'another'};
	const [quota] = standing.quotas;
	const {ban} = standing;
	t.deepEqual(checkedInspection({...standing, more: 1}, [rule]), standing);
	for (const bad of [
		undefined,
		null,
		'OK',
		[],
		{},
		{...standing, reports: undefined},
		{...standing, reports: '1'},
		{...standing, reports: Number.NaN},
		{...standing, strike: undefined},
		{...standing, strike: Infinity},
		{...standing, quotas: undefined},
		{...standing, quotas: []},
		{...standing, quotas: [quota, quota]},
		{...standing, quotas: [null]},
		{...standing, quotas: [{...quota, rule: other}]},
		{...standing, quotas: [{...quota, remaining: '1'}]},
		{...standing, quotas: [{...quota, freesInMs: 0}]},
		{...standing, ban: null},
		{...standing, ban: true},
		{...standing, ban: {...ban, client: 7}},
		{...standing, ban: {...ban, endsInMs: 0}},
		{...standing, ban: {...ban, endsInMs: '300'}},
	]) {
		t.throws(() => checkedInspection(bad, [rule]), {
			instanceOf: TypeError,
			message: /^the store returned /,
		});
	}

	const two = [quota, {...quota, rule: other}];
	t.throws(() => checkedInspection({...standing, quotas: two}, [other, rule]), {
		instanceOf: TypeError,
	});
	t.deepEqual(checkedInspection({...standing, quotas: two}, [rule, other]).quotas, two);
});

test('the rules of an inspection are those that were asked about, even two with one counter', t => {
	const twin = {...rule};
	const reply = {
		...standing,
		quotas: [standing.quotas[0], {...standing.quotas[0], rule: {id: rule.id}}],
	};
	const {quotas} = checkedInspection(reply, [rule, twin]);

	t.is(quotas[0]?.rule, rule);
	t.is(quotas[1]?.rule, twin);
});

test('of a ban, what makes no sense is left out', t => {
	const ban = {client: 'a', by: 'x', reason: 5, endsInMs: Infinity, strike: '2'};

	t.deepEqual(checkedInspection({...standing, ban}, [rule]).ban, {
		client: 'a',
		by: 'hand',
		endsInMs: Infinity,
	});
	t.is(
		checkedInspection({...standing, ban: {...standing.ban, reason: 'x'.repeat(500)}}, [rule]).ban
			?.reason?.length,
		200,
	);
});

test('a plain MemoryStore tells of ranges itself', async t => {
	const store = new MemoryStore({clock: () => 0});
	const {commands} = gateStore(store, {policy: 'memory', timeout: 1000, observer: unobserved});
	await commands.banRange('203.0.113.0/24', {duration: 500});

	t.is((await commands.inspect('203.0.113.7', [], undefined)).ban?.client, '203.0.113.0/24');
});
