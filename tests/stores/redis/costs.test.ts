import test from 'ava';
import fc from 'fast-check';
import type {Limited} from '../../../source/stores/verdict.ts';
import {decide, openRedisStore, scriptsRun} from '../../support/redis/opened.ts';
import {opened} from '../../support/redis/shared.ts';
import {runs} from '../../support/runs.ts';
import {admittedWith, counted, fill, limit, limitedBy, quota} from '../contract/promised.ts';

const rule = limit(5, 60_000);
const other = limit(2000, 60_000, 'other');

test.serial('a request is one script, whatever it costs', async t => {
	const {store} = await openRedisStore(opened);
	const rules = [rule, other];
	await store.admit('a', rules, {costs: [1, 900], returnable: true});
	const before = await scriptsRun(opened);
	await store.admit('a', rules, {costs: [2, 900], returnable: true});
	await store.admit('a', rules, {costs: [9, 1], late: true});
	await store.admit('a', rules, {costs: [0, 3], peek: true});

	t.is((await scriptsRun(opened)) - before, 3);
});

test.serial('requests of one turn are one script, each at its own costs', async t => {
	const {store} = await openRedisStore(opened);
	await fill(store, [rule], 1, 'warm');
	const before = await scriptsRun(opened);
	const verdicts = await Promise.all([
		store.admit('a', [rule], {costs: [2]}),
		store.admit('b', [rule], {}),
		store.admit('a', [rule, other], {costs: [4, 1]}),
		store.admit('a', [rule, other], {costs: [3, 1000], returnable: true}),
		store.admit('c', [], {returnable: true}),
		store.admit('b', [rule], {costs: [4], immune: true}),
	]);

	t.is((await scriptsRun(opened)) - before, 1);
	const at = 1_800_000_000_123;
	t.deepEqual(verdicts, [
		admittedWith(quota(rule, 3, 60_000)),
		admittedWith(quota(rule, 4, 60_000)),
		limitedBy(quota(rule, 3, 60_000)),
		{
			kind: 'admitted',
			quotas: [quota(rule, 0, 60_000), quota(other, 1000, 60_000)],
			counted: [
				{rule, cost: 3, receipt: {at, resets: 0}},
				{rule: other, cost: 1000, receipt: {at, resets: 0}},
			],
		},
		{kind: 'admitted', quotas: [], counted: []},
		admittedWith(quota(rule, 0, 60_000)),
	]);
});

test.serial(
	'a refusal is remembered for the same counters, at the same costs and above',
	async t => {
		const {store} = await openRedisStore(opened);
		await store.admit('a', [rule], {costs: [4]});
		const two = {costs: [2]};
		const before = await scriptsRun(opened);
		for (let request = 0; request < 20; request += 1) {
			const verdict =
				store.recall('a', [{...rule}], {costs: [2]}) ?? (await store.admit('a', [rule], two));
			t.deepEqual(verdict, limitedBy(quota(rule, 1, 60_000)));
		}

		t.is((await scriptsRun(opened)) - before, 1);
		t.deepEqual(
			store.recall('a', [rule], {costs: [3]}),
			limitedBy(quota(rule, 1, 60_000)),
			'what costs more is refused with it, for the whole window',
		);
		t.is(store.recall('a', [rule], {}), undefined);
		t.is((await decide(store, 'a', [rule])).kind, 'admitted');
		t.is(store.recall('a', [rule], two), undefined, 'what was counted may have changed it');
	},
);

test('costs of 1 are the same whether they are given or not', async t => {
	const {store} = await openRedisStore(opened);
	const full = limit(1, 60_000);
	await fill(store, [full], 1);
	t.is((await decide(store, 'a', [full])).kind, 'limited');

	t.is(store.recall('a', [full], {costs: [1]})?.kind, 'limited');
	t.is(store.recall('a', [full], {costs: [0]}), undefined);
	t.is((await store.admit('a', [full], {costs: [2]})).kind, 'limited');
	t.deepEqual(store.recall('a', [full], {costs: [2]}), limitedBy(quota(full, 0, 60_000)));
	t.is(store.recall('a', [full], {})?.kind, 'limited', 'both are remembered');
});

test('a remembered refusal is renewed by a question at any costs that it decides', async t => {
	const {store, pass} = await openRedisStore(opened);
	await store.admit('a', [rule], {costs: [5]});
	await store.admit('a', [rule], {costs: [3]});
	await pass(900);
	t.is(store.recall('a', [rule], {costs: [3]}), undefined, 'one asks again');
	const asking = new AbortController();
	const free = store.admit('a', [rule], {costs: [0]}, asking);
	t.is(store.recall('a', [rule], {costs: [3]}), undefined, 'what always fits renews nothing');
	const renewal = store.admit('a', [rule], {costs: [2]}, asking);
	t.is(store.recall('a', [rule], {costs: [3]})?.kind, 'limited', 'the others wait for it');
	await Promise.all([free, renewal]);
});

test('a refused peek at some costs disproves nothing at others', async t => {
	const {store} = await openRedisStore(opened);
	await store.admit('a', [rule], {costs: [4]});
	await store.admit('a', [rule], {costs: [2]});
	t.is((await store.admit('a', [rule], {costs: [1], peek: true})).kind, 'admitted');
	t.is(store.recall('a', [rule], {costs: [2]})?.kind, 'limited');
});

test('what costs nothing leaves no key', async t => {
	const {store, prefix} = await openRedisStore(opened);
	t.deepEqual(await counted(store, [rule, other], {costs: [0, 0]}), []);
	await store.admit('a', [rule], {costs: [0], late: true});

	t.deepEqual(await opened.run('KEYS', `${prefix}{*`), []);
});

test('after a step back of the clock, the wait for several events is long enough', async t => {
	const {store, pass} = await openRedisStore(opened);
	await store.admit('a', [rule], {costs: [2]});
	await pass(10);
	await store.admit('a', [rule], {costs: [3]});
	await pass(-500);

	t.deepEqual(await store.admit('a', [rule], {costs: [2]}), limitedBy(quota(rule, 0, 60_490)));
	t.deepEqual(await store.admit('a', [rule], {costs: [3]}), limitedBy(quota(rule, 0, 60_500)));
	t.deepEqual(await store.admit('a', [rule], {costs: [6]}), limitedBy(quota(rule, 0, 60_000)));
});

test('what a request costs under other rules than those that refused it does not matter', async t => {
	const {store} = await openRedisStore(opened);
	const other = limit(1000, 60_000, 'other');
	await store.admit('a', [rule, other], {costs: [4, 1]});
	t.is((await store.admit('a', [rule, other], {costs: [2, 9]})).kind, 'limited');

	t.is(store.recall('a', [rule, other], {costs: [2, 0]})?.kind, 'limited');
	t.is(store.recall('a', [rule, other], {costs: [3, 5]})?.kind, 'limited');
	const hourly = limit(5, 3_600_000, 'hourly');
	await store.admit('b', [rule, hourly], {costs: [4, 1]});
	await store.admit('b', [rule, hourly], {costs: [2, 1]});
	t.deepEqual(
		store.recall('b', [rule, hourly], {costs: [2, 5]}),
		limitedBy(quota(rule, 1, 3_600_000)),
		'the other rule may be full, too',
	);
	t.is(store.recall('a', [rule, other], {costs: [1, 9]}), undefined);
});

test('of several full rules, one under which a request costs as much refuses it', async t => {
	const {store} = await openRedisStore(opened);
	const other = limit(4, 60_000, 'other');
	await store.admit('a', [rule, other], {costs: [4, 4]});
	const both = await store.admit('a', [rule, other], {costs: [3, 3]});
	t.deepEqual(both, limitedBy(quota(rule, 1, 60_000), quota(other, 0, 60_000)));

	t.deepEqual(store.recall('a', [rule, other], {costs: [3, 3]}), both);
	t.deepEqual(
		store.recall('a', [rule, other], {costs: [1, 5]}),
		limitedBy(quota(other, 0, 60_000)),
	);
	t.deepEqual(
		store.recall('a', [rule, other], {costs: [5, 1]}),
		limitedBy(quota(rule, 1, 60_000), quota(other, 0, 60_000)),
	);
	t.is(store.recall('a', [rule, other], {costs: [1, 0]}), undefined);
});

test.serial('a refused client whose requests cost less and less asks the server once', async t => {
	const {store} = await openRedisStore(opened);
	const wide = limit(1000, 3_600_000);
	await store.admit('a', [wide], {costs: [1000]});
	const before = await scriptsRun(opened);
	for (let costs = [1000]; costs[0] !== 0; costs = [Number(costs[0]) - 1]) {
		const verdict = store.recall('a', [wide], {costs}) ?? (await store.admit('a', [wide], {costs}));
		t.deepEqual(verdict, limitedBy(quota(wide, 0, 3_600_000)));
	}

	t.is((await scriptsRun(opened)) - before, 1);
});

test('what costs less is refused as long as nothing can have freed up, and asks the server then', async t => {
	const {store, pass} = await openRedisStore(opened);
	await store.admit('a', [rule], {costs: [2]});
	await pass(59_500);
	await store.admit('a', [rule], {costs: [2]});
	t.deepEqual(
		await store.admit('a', [rule], {costs: [4]}),
		limitedBy(quota(rule, 1, 60_000)),
		'both must leave',
	);

	t.deepEqual(
		store.recall('a', [rule], {costs: [3]}),
		limitedBy(quota(rule, 1, 60_000)),
		'as long as for the dearer one',
	);
	t.deepEqual(
		store.recall('a', [rule], {costs: [2]}),
		limitedBy(quota(rule, 1, 500)),
		'until the first leaves',
	);
	t.is(store.recall('a', [rule], {costs: [1]}), undefined, 'it fits');
	await pass(499);
	t.is(store.recall('a', [rule], {costs: [2]})?.kind, 'limited');
	t.is(store.recall('a', [rule], {costs: [4]})?.kind, 'limited');
	await pass(1);
	t.is(store.recall('a', [rule], {costs: [2]}), undefined, 'the first has left the window');
	t.is(store.recall('a', [rule], {costs: [4]})?.kind, 'limited');
	t.is((await decide(store, 'a', [rule])).kind, 'admitted');
});

test('a request of cost 0 is admitted, and makes no remembered refusal be forgotten', async t => {
	const {store} = await openRedisStore(opened);
	await store.admit('a', [rule], {costs: [5]});
	await store.admit('a', [rule], {costs: [3]});
	t.is(store.recall('a', [rule], {costs: [0]}), undefined);
	t.is((await store.admit('a', [rule], {costs: [0]})).kind, 'admitted');

	t.is(store.recall('a', [rule], {costs: [1]})?.kind, 'limited');
});

test('under several rules, what costs less waits for the last of them', async t => {
	const {store, pass} = await openRedisStore(opened);
	const hourly = limit(5, 3_600_000, 'hourly');
	const rules = [rule, hourly];
	await store.admit('a', rules, {costs: [5, 2]});
	await pass(59_000);
	await store.admit('a', rules, {costs: [0, 2]});
	t.deepEqual(
		await store.admit('a', rules, {costs: [5, 4]}),
		limitedBy(quota(rule, 0, 1000), quota(hourly, 1, 3_600_000)),
	);

	t.deepEqual(
		store.recall('a', rules, {costs: [1, 2]}),
		limitedBy(quota(rule, 0, 1000), quota(hourly, 1, 3_541_000)),
	);
	t.like(store.recall('a', rules, {costs: [1, 1]}), {quotas: [{rule}]});
	t.is(store.recall('a', rules, {costs: [0, 1]}), undefined);
	await pass(700);
	t.deepEqual(
		store.recall('a', rules, {costs: [1, 9]}),
		limitedBy(quota(rule, 0, 3_600_000), quota(hourly, 1, 3_600_000)),
		'what costs more under one of them waits for the longest window',
	);
});

test('a refusal that was counted late or is a peek decides what costs less only if it is remembered', async t => {
	const {store} = await openRedisStore(opened);
	await store.admit('a', [rule], {costs: [5]});
	t.is((await store.admit('a', [rule], {costs: [3], late: true})).kind, 'limited');
	t.is(store.recall('a', [rule], {costs: [2]}), undefined, 'a late count is not remembered');
	t.is((await store.admit('a', [rule], {costs: [3], peek: true})).kind, 'limited');
	t.is(store.recall('a', [rule], {costs: [2]})?.kind, 'limited');
	t.is(store.recall('a', [rule], {costs: [2], late: true}), undefined);
	t.is(store.recall('a', [rule], {costs: [2], immune: true}), undefined);
});

test('what is remembered refuses only what the server refuses, and tells no shorter time', async t => {
	const cost = fc.integer({min: 0, max: 9});
	const step = fc.record({costs: fc.tuple(cost, cost), ms: fc.integer({min: 0, max: 120})});
	let recalled = 0;
	const holds = fc.asyncProperty(fc.array(step, {maxLength: 40}), async steps => {
		const {store, prefix, pass} = await openRedisStore(opened);
		const {store: other} = await openRedisStore(opened, {prefix});
		const rules = [limit(7, 500, 'fast'), limit(8, 2000, 'slow')];
		for (const {costs, ms} of steps) {
			const known = store.recall('a', rules, {costs});
			const asked = await other.admit('a', rules, {costs, peek: true});
			if (known?.kind === 'limited') {
				recalled += 1;
				// One that never fits has no time.
				const everFits = rules.every(({count}, index) => Number(costs[index]) <= count);
				if (asked.kind !== 'limited' || (everFits && waitOf(known) < waitOf(asked))) {
					return false;
				}
			} else {
				await store.admit('a', rules, {costs});
			}

			await pass(ms);
		}

		return true;
	});
	await t.notThrowsAsync(() => fc.assert(holds, {numRuns: runs(60)}));
	t.true(recalled > 50, `${recalled}`);
});

/** Milliseconds that a refused client is told to wait. */
function waitOf({quotas}: Limited): number {
	return Math.max(...quotas.map(({freesInMs}) => freesInMs));
}
