import {inspect} from 'node:util';
import type {TestFn} from 'ava';
import fc from 'fast-check';
import type {Counted} from '../../../source/stores/verdict.ts';
import {runs} from '../../support/runs.ts';
import type {OpenStore} from '../contract.ts';
import {limit, type OpenedStore} from './promised.ts';

/** A request that was admitted and stands: it was not given back, nor the client reset. */
interface Standing {
	readonly entries: readonly Counted[];
	readonly costs: readonly number[];
	readonly at: number;
}

const rules = [limit(5, 40, 'short'), limit(20, 150, 'long')];
const step = fc.oneof(
	{
		weight: 8,
		arbitrary: fc.record({
			do: fc.constant('ask' as const),
			costs: fc.option(fc.tuple(fc.nat({max: 6}), fc.nat({max: 9})), {nil: undefined}),
		}),
	},
	{weight: 5, arbitrary: fc.record({do: fc.constant('give back' as const), which: fc.nat()})},
	{
		weight: 4,
		arbitrary: fc.record({
			do: fc.constant('pass' as const),
			ms: fc.oneof(fc.integer({min: 1, max: 12}), fc.constantFrom(39, 40, 41, 110, 150)),
		}),
	},
	{weight: 1, arbitrary: fc.record({do: fc.constant('reset' as const)})},
);
const steps = fc.array(step, {maxLength: 60, size: 'max'});

type Steps = typeof steps extends fc.Arbitrary<infer Value> ? Value : never;

/** Registers the property that at no instant more than `count` stands in a window, whatever is given back. */
export function neverMoreThanCount(
	test: TestFn,
	name: string,
	open: OpenStore,
	quick: number,
): void {
	test(`${name}: at no instant more than the count stands in a window, whatever is given back`, async t => {
		await t.notThrowsAsync(() =>
			fc.assert(
				fc.asyncProperty(steps, async taken => stays(await open(t), taken)),
				{numRuns: runs(quick), includeErrorInReport: true},
			),
		);
	});
}

/** @throws {Error} if a request is admitted too many, or refused although it fits */
async function stays({store, pass}: OpenedStore, taken: Steps): Promise<true> {
	let now = 0;
	let standing: Standing[] = [];
	const returnable: Array<readonly Counted[]> = [];

	for (const [index, step] of taken.entries()) {
		if (step.do === 'pass') {
			now += step.ms;
			await pass(step.ms);
		} else if (step.do === 'reset') {
			standing = [];
			await store.reset('a');
		} else if (step.do === 'give back') {
			const [entries] = returnable.splice(step.which % Math.max(1, returnable.length), 1);
			standing = standing.filter(request => request.entries !== entries);
			await store.giveBack('a', entries ?? []);
		} else {
			const {costs = [1, 1]} = step;
			const options = step.costs ? {costs, returnable: true} : {returnable: true};
			const verdict = await store.admit('a', rules, options);
			const fits = rules.every(({count, window}, at) => {
				const inWindow = standing.filter(request => now - request.at < window);
				const used = inWindow.reduce((sum, request) => sum + (request.costs[at] ?? 0), 0);
				return used + (costs[at] ?? 0) <= count;
			});
			if (fits !== (verdict.kind === 'admitted')) {
				throw new Error(
					`Step ${index} at ${now} ms, ${inspect(step)}: ${verdict.kind} beside ${inspect(standing, {depth: 4})}`,
				);
			}

			if (verdict.kind === 'admitted') {
				const entries = verdict.counted ?? [];
				standing.push({entries, costs, at: now});
				returnable.push(entries);
			}
		}
	}

	return true;
}
