import {inspect, isDeepStrictEqual} from 'node:util';
import type {TestFn} from 'ava';
import fc from 'fast-check';
import type {Rule} from '../../../source/stores/rule.ts';
import type {Store} from '../../../source/stores/store.ts';
import type {Counted} from '../../../source/stores/verdict.ts';
import {
	type Action,
	anyHistory,
	type History,
	longHistory,
	type PassToMoment,
	reportsHistory,
	requestsHistory,
	type Step,
} from '../../support/generators/any-history.ts';
import {NaiveStore} from '../../support/models/naive-store.ts';
import {runs} from '../../support/runs.ts';
import type {OpenStore} from '../contract.ts';
import {listed, type OpenedStore, sorted} from './promised.ts';

/**
 * Registers the properties that a store does what the naive store does, whatever happens.
 *
 * @param quick how many histories there are, in all
 */
export function agreesWithNaiveStore(
	test: TestFn,
	name: string,
	open: OpenStore,
	quick: number,
): void {
	const agreement = (title: string, histories: fc.Arbitrary<History>, share: number) => {
		test(`${name}: ${title}`, async t => {
			await t.notThrowsAsync(() =>
				fc.assert(
					fc.asyncProperty(histories, async history => replay(await open(t), history)),
					{numRuns: runs(Math.ceil(quick * share)), includeErrorInReport: true},
				),
			);
		});
	};

	agreement('it agrees with the naive store on any history', anyHistory, 0.6);
	agreement('it agrees with the naive store on requests', requestsHistory, 0.2);
	agreement('it agrees with the naive store on reports and bans', reportsHistory, 0.2);
	agreement('it agrees with the naive store on long histories', longHistory, 0.02);
}

/** A store, and what its requests have counted that was not given back yet, in the order of the requests. */
interface Replayed {
	readonly store: Store;
	readonly returnable: Array<{readonly client: string; readonly counted: readonly Counted[]}>;
}

/** @throws {Error} if a reply of the store differs from the reply of the naive store */
async function replay({store, pass}: OpenedStore, history: History): Promise<true> {
	const naive = new NaiveStore();
	const expecting: Replayed = {store: naive, returnable: []};
	const replayed: Replayed = {store, returnable: []};
	const steps: readonly Step[] = [...history.steps, {do: 'list'}, {do: 'list ranges'}];

	for (const [index, step] of steps.entries()) {
		if (step.do === 'pass' || step.do === 'pass to moment') {
			const ms = step.do === 'pass' ? step.ms : untilMoment(naive, step);
			naive.now += ms;
			await pass(ms);
			continue;
		}

		const expected = await apply(expecting, step, history);
		const got = await apply(replayed, step, history);
		if (!isDeepStrictEqual(got, expected)) {
			throw new Error(
				`Step ${index} at ${naive.now} ms, ${inspect(step)}:\n` +
					`expected ${inspect(expected, {depth: 4})}\ngot ${inspect(got, {depth: 4})}`,
			);
		}
	}

	return true;
}

function untilMoment(naive: NaiveStore, {which, off}: PassToMoment): number {
	const moments = naive.moments();
	const moment = moments[which % Math.max(1, moments.length)] ?? naive.now;

	return Math.max(0, moment + off - naive.now);
}

async function apply(replayed: Replayed, step: Action, history: History): Promise<unknown> {
	const {store} = replayed;
	switch (step.do) {
		case 'admit':
			return admit(replayed, step, history);

		case 'give back': {
			const {returnable} = replayed;
			const [request] = returnable.splice(step.which % Math.max(1, returnable.length), 1);
			await (request && store.giveBack(request.client, request.counted));
			return;
		}

		case 'report': {
			const {client, banRule, do: _, ...report} = step;
			const [rule] = history.banRules.slice(banRule % history.banRules.length);
			return rule && store.report(client, rule, report);
		}

		case 'ban': {
			const {client, do: _, ...ban} = step;
			return store.ban(client, ban);
		}

		case 'ban range': {
			const {range, do: _, ...ban} = step;
			await store.banRange(range, ban);
			return;
		}

		case 'unban range': {
			await store.unbanRange(step.range);
			return;
		}

		case 'unban':
		case 'reset': {
			await store[step.do](step.client);
			return;
		}

		case 'inspect':
			return store.inspect(
				step.client,
				asked(history.rules, step.rules),
				history.banRules[step.banRule],
			);

		case 'list':
			return listed(store);

		case 'list ranges':
			return sorted(await store.ranges());
	}
}

/** Without what only the store itself can read in an entry. */
async function admit(
	{store, returnable}: Replayed,
	{client, late, immune, costs, ...step}: Extract<Action, {do: 'admit'}>,
	history: History,
): Promise<unknown> {
	const rules = asked(history.rules, step.rules);
	const verdict = await store.admit(client, rules, {
		late,
		immune,
		returnable: step.returnable,
		...(costs && {costs: rules.map(({count}, index) => (costs[index] ?? 1) % (count + 2))}),
	});
	if (verdict.kind !== 'admitted' || !step.returnable) {
		return verdict;
	}

	const {counted = []} = verdict;
	returnable.push({client, counted});
	return {...verdict, counted: counted.map(({rule, cost}) => ({rule, cost}))};
}

/** The rules of one question, by their indexes. As in a settled list, no two of them share a name. */
function asked(rules: readonly Rule[], indexes: readonly number[]): Rule[] {
	const chosen = indexes.flatMap(index => rules.slice(index % rules.length).slice(0, 1));
	const names = chosen.map(rule => rule.name);

	return chosen.filter((rule, index) => names.indexOf(rule.name) === index);
}
