/* A client of an API pays in the middle of its window, and stops paying. */
import type {ExecutionContext} from 'ava';
import type {LimitRule, LimitRules, Store} from '../../../source/index.ts';
import {onEveryStore} from '../../support/every-store.ts';
import {repeat} from '../../support/recipe.ts';
import {visitedApp} from '../../support/visitors.ts';

type Plan = 'free' | 'paid';

/** An app whose client has one plan at a time, which the app can change. */
async function api(t: ExecutionContext, store: Store, rules: Readonly<Record<Plan, LimitRules>>) {
	let plan: Plan = 'free';
	const {visitor} = await visitedApp(t, {store, rateLimitRule: () => rules[plan]});
	const client = visitor('203.0.113.7');

	return {
		changeTo: (next: Plan) => {
			plan = next;
		},
		get: () => client.get('/ping'),
		many: (count: number) => repeat(count, () => client.get('/ping')),
	};
}

onEveryStore(
	'whoever pays gets the paid quota at once, in addition to what is used of the free one',
	async (t, {store, pass}) => {
		const {changeTo, get, many} = await api(t, store, {free: [2, '1m'], paid: [5, '1m']});

		t.deepEqual(await many(3), [200, 200, 429]);
		await pass(10_000);
		changeTo('paid');
		const first = await get();
		t.is(first.status, 200, 'the refusal a moment ago says nothing of the new plan');
		t.is(first.headers['ratelimit-policy'], '"global";q=5;w=60');
		t.is(first.headers.ratelimit, '"global";r=4;t=60');
		t.deepEqual(await many(5), [200, 200, 200, 200, 429], '2 + 5 within a minute');

		await pass(10_000);
		changeTo('free');
		const refused = await get();
		t.is(refused.status, 429, 'the free quota of this minute is still used up');
		t.is(refused.headers['ratelimit-policy'], '"global";q=2;w=60');
		t.is(refused.headers['retry-after'], '40');
		await pass(40_000);
		t.deepEqual(await many(3), [200, 200, 429]);
		changeTo('paid');
		const full = await get();
		t.is(full.status, 429, 'and so is the paid one');
		t.is(full.headers['retry-after'], '10');
	},
);

onEveryStore(
	'with a rule that both plans share, a change of plan gains no more than the larger quota',
	async (t, {store, pass}) => {
		const total: LimitRule = {count: 5, window: '1m', name: 'total'};
		const free: LimitRule = {count: 2, window: '1m', name: 'free'};
		const {changeTo, get, many} = await api(t, store, {free: [total, free], paid: total});

		t.deepEqual(await many(3), [200, 200, 429]);
		await pass(10_000);
		changeTo('paid');
		t.deepEqual(await many(4), [200, 200, 200, 429], '5 in all');
		t.is((await get()).headers['retry-after'], '50');
		changeTo('free');
		const refused = await get();
		t.is(refused.headers.ratelimit, '"total";r=0;t=50, "free";r=0;t=50');
		await pass(50_000);
		t.deepEqual(await many(3), [200, 200, 429], 'free: 2, and 3 of the paid ones still count');
	},
);
