import {inspect, isDeepStrictEqual} from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import type {Store} from '../../../source/stores/store.ts';
import type {Counted, Verdict} from '../../../source/stores/verdict.ts';
import {NaiveStore} from '../../support/models/naive-store.ts';
import {openRedisStore} from '../../support/redis/opened.ts';
import {opened} from '../../support/redis/shared.ts';
import {runs} from '../../support/runs.ts';
import {admittedWith, counted, limit, quota} from '../contract/promised.ts';

/** Around the count from which logs can be long, and the largest that requests are given back under. */
const rules = [limit(1000, 900), limit(1001, 900), limit(2500, 500), limit(10_000, 2000)];
const cost = fc.constantFrom(0, 1, 1, 2, 333, 990, 1000);
const step = fc.oneof(
	{
		weight: 8,
		arbitrary: fc.record({
			do: fc.constant('ask' as const),
			costs: fc.option(fc.tuple(cost, cost, cost, cost), {nil: undefined}),
			late: fc.constantFrom(false, false, false, true),
		}),
	},
	{weight: 3, arbitrary: fc.record({do: fc.constant('give back' as const), which: fc.nat()})},
	{
		weight: 4,
		arbitrary: fc.record({
			do: fc.constant('pass' as const),
			ms: fc.constantFrom(1, 7, 100, 250, 499, 500, 900),
		}),
	},
	{weight: 1, arbitrary: fc.record({do: fc.constant('reset' as const)})},
);
const steps = fc.array(step, {maxLength: 60, size: 'max'});

/** What is shown of a verdict: only the store itself can read the receipts. */
function shown(verdict: Verdict): unknown {
	return 'counted' in verdict
		? {...verdict, counted: verdict.counted?.map(({cost}) => cost)}
		: verdict;
}

test('requests of any cost agree with the naive store on long logs, whatever is given back', async t => {
	const agrees = fc.asyncProperty(steps, async taken => {
		const {store, pass} = await openRedisStore(opened);
		const naive = new NaiveStore();
		const stores: readonly Store[] = [naive, store];
		const returnable: Array<ReadonlyArray<readonly Counted[]>> = [];
		for (const [index, each] of taken.entries()) {
			if (each.do === 'pass') {
				naive.now += each.ms;
				await pass(each.ms);
			} else if (each.do === 'reset') {
				await Promise.all(stores.map(one => one.reset('a')));
			} else if (each.do === 'give back') {
				const [entries] = returnable.splice(each.which % Math.max(1, returnable.length), 1);
				await Promise.all(stores.map((one, index) => one.giveBack('a', entries?.[index] ?? [])));
			} else {
				const options = {
					late: each.late,
					returnable: true,
					...(each.costs && {costs: each.costs}),
				};
				const [expected, got] = (await Promise.all(
					stores.map(async one => one.admit('a', rules, options)),
				)) as [Verdict, Verdict];
				if (!isDeepStrictEqual(shown(got), shown(expected))) {
					throw new Error(`Step ${index}: expected ${inspect(expected)}\ngot ${inspect(got)}`);
				}

				if (got.kind === 'admitted' && expected.kind === 'admitted') {
					returnable.push([expected.counted ?? [], got.counted ?? []]);
				}
			}
		}
	});

	await t.notThrowsAsync(() => fc.assert(agrees, {numRuns: runs(60), includeErrorInReport: true}));
});

test('a late request that costs much drops as many of the oldest, and the log stays small', async t => {
	const {store, prefix, pass} = await openRedisStore(opened);
	const rule = limit(3000, 60_000);
	for (let round = 0; round < 40; round += 1) {
		await store.admit('a', [rule], {costs: [700], late: true});
		await pass(1);
	}

	const [log = ''] = (await opened.run('KEYS', `${prefix}{a}*`)) as string[];
	t.true(Number(await opened.run('STRLEN', log)) < 2 * 4 * 3000 + 4 * 700 + 8);
});

test('a give-back drops what has left the window from a long log, too', async t => {
	const {store, prefix, pass} = await openRedisStore(opened);
	const rule = limit(3000, 60_000);
	await counted(store, [rule], {costs: [1000]});
	await pass(30_000);
	await counted(store, [rule], {costs: [1000]});
	await pass(30_000);
	const entries = await counted(store, [rule], {costs: [900]});
	await store.giveBack('a', entries);

	const keys = (await opened.run('KEYS', `${prefix}{a}*`)) as string[];
	const log = keys.find(key => !key.includes('~')) ?? '';
	t.is(await opened.run('STRLEN', log), 8 + 4 * 1000);
	t.deepEqual(
		await store.admit('a', [rule], {costs: [2000]}),
		admittedWith(quota(rule, 0, 30_000)),
	);
});

test('nothing is given back from what a long log skips', async t => {
	const {store, pass} = await openRedisStore(opened);
	const rule = limit(3000, 60_000);
	const entries = await counted(store, [rule], {costs: [1000]});
	await pass(30_000);
	await counted(store, [rule], {costs: [1000]});
	await pass(30_000);
	await counted(store, [rule]);
	await store.giveBack('a', entries);

	t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 1998, 30_000)));
});
