import type {Context} from 'koa';
import {type LimitRules, specific} from '../../source/index.ts';
import {onEveryStore} from '../support/every-store.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {repeat} from '../support/recipe.ts';

const byHeader = (ctx: Context) => Number(ctx.get('X-Cost') || 1);

onEveryStore('a request counts for as many as it costs', async (t, {store, pass}) => {
	const rateLimitRule: LimitRules = {count: 10, window: 60, cost: byHeader};
	const {http} = gatedApp({store, rateLimitRule});
	const get = (cost: number) => http.get('/ping').set('X-Cost', String(cost));

	t.is((await get(6)).headers.ratelimit, '"global";r=4;t=60');
	await pass(1000);
	t.is((await get(3)).headers.ratelimit, '"global";r=1;t=59');
	t.is((await get(7)).headers['retry-after'], '59', 'the first six leave together');
	t.is((await get(8)).headers['retry-after'], '60', 'the last three leave later');
	const refused = await get(2);
	t.is(refused.status, 429);
	t.is(refused.headers['retry-after'], '59', 'until 2 are free');
	t.is((await get(3)).status, 429);
	t.is((await get(1)).headers.ratelimit, '"global";r=0;t=59');
	t.is((await get(0)).status, 200, 'a request that costs nothing always fits');
	await pass(59_000);
	t.is((await get(6)).headers.ratelimit, '"global";r=0;t=1');
});

onEveryStore(
	'a cost above the count never fits, and Retry-After is the whole window',
	async (t, {store}) => {
		const {http} = gatedApp({store, rateLimitRule: {count: 10, window: 60, cost: byHeader}});
		const refused = await http.get('/ping').set('X-Cost', '5000');

		t.is(refused.status, 429);
		t.is(refused.headers['retry-after'], '60');
		t.is((await http.get('/ping')).headers.ratelimit, '"global";r=9;t=60', 'nothing was counted');
	},
);

onEveryStore(
	'rules of one name and equal numbers share a counter whatever they cost',
	async (t, {store}) => {
		const budget = (cost: number) => specific({count: 10, window: 60, name: 'budget', cost});
		const {http} = gatedApp({store}, router => {
			router.get('/cheap', budget(1), ok);
			router.get('/dear', budget(5), ok);
			router.get('/free', budget(0), ok);
		});
		const get = async (path: string) => (await http.get(path)).status;

		t.deepEqual(await repeat(2, () => http.get('/cheap')), [200, 200]);
		t.deepEqual([await get('/dear'), await get('/dear')], [200, 429]);
		t.is(await get('/cheap'), 200, 'a refusal of the dear one says nothing of the cheap one');
		t.deepEqual(await repeat(3, () => http.get('/cheap')), [200, 200, 429]);
		t.is(await get('/free'), 200);
	},
);

onEveryStore('under several rules a request has a cost for each', async (t, {store}) => {
	const rateLimitRule: LimitRules = [
		{count: 9, window: 60, name: 'requests'},
		{count: 9, window: 60, name: 'bytes', cost: 4},
	];
	const {http} = gatedApp({store, rateLimitRule});

	t.is((await http.get('/ping')).headers.ratelimit, '"requests";r=8;t=60, "bytes";r=5;t=60');
	t.is((await http.get('/ping')).headers.ratelimit, '"requests";r=7;t=60, "bytes";r=1;t=60');
	const refused = await http.get('/ping');
	t.is(refused.headers.ratelimit, '"bytes";r=1;t=60');
	t.is(refused.status, 429);
});

onEveryStore('a bad cost is an error of that request, and counts nothing', async (t, {store}) => {
	const errors: string[] = [];
	const returned = [-1, 0.5, Number.NaN, '3', undefined, 1001, 2000];
	const cost = (ctx: Context) => {
		const which = ctx.get('X-Which');
		return (which === '' ? 1 : which === 'most' ? 1000 : returned[Number(which)]) as number;
	};
	const {http} = gatedApp(
		{store, rateLimitRule: {count: 2000, window: 60, cost}},
		(_router, app) => {
			app.on('error', error => errors.push(error.message));
		},
	);

	for (let which = 0; which < returned.length; which += 1) {
		t.is((await http.get('/ping').set('X-Which', String(which))).status, 500);
	}

	const allowed =
		"`cost() of 'global'` must be a whole number from 0 to 1000; choose a larger unit for more, got ";
	t.deepEqual(
		errors,
		['-1', '0.5', 'NaN', "'3'", 'undefined', '1001', '2000'].map(got => allowed + got),
	);
	t.is((await http.get('/ping')).headers.ratelimit, '"global";r=1999;t=60');
	t.is((await http.get('/ping').set('X-Which', 'most')).headers.ratelimit, '"global";r=999;t=60');
});

onEveryStore('cost is not asked about a client that is known to be banned', async (t, {store}) => {
	let asked = 0;
	const cost = () => {
		asked += 1;
		return 1;
	};
	const {http, gate} = gatedApp({store, rateLimitRule: {count: 10, window: 60, cost}});
	await gate.ban('127.0.0.1');
	const statuses = await repeat(5, () => http.get('/ping'));

	t.deepEqual(statuses, [403, 403, 403, 403, 403]);
	t.true(asked <= 1, 'at most while this process does not know of the ban');
});
