import test from 'ava';
import type {Context} from 'koa';
import {bypass, type LimitRules, specific} from '../../source/index.ts';
import {onEveryStore} from '../support/every-store.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {repeat} from '../support/recipe.ts';

const paid: LimitRules = [3, 60];
const free: LimitRules = [1, 60];
const byPlan = (ctx: Context) => (ctx.get('X-Plan') === 'paid' ? paid : free);

onEveryStore(
	'each request is limited by the rules that a function returns for it',
	async (t, {store, pass}) => {
		const {http} = gatedApp({store, rateLimitRule: byPlan});
		const get = (plan: string) => http.get('/ping').set('X-Plan', plan);

		t.deepEqual(await repeat(2, () => get('free')), [200, 429]);
		t.deepEqual(await repeat(4, () => get('paid')), [200, 200, 200, 429], 'a counter of its own');
		const refused = await get('paid');
		t.is(refused.headers['ratelimit-policy'], '"global";q=3;w=60');
		t.is(refused.headers.ratelimit, '"global";r=0;t=60');
		await pass(60_000);
		t.deepEqual(await repeat(2, () => get('free')), [200, 429]);
	},
);

onEveryStore(
	'the function may be asynchronous; undefined and [] are no limit',
	async (t, {store}) => {
		const found: Record<string, LimitRules | [] | undefined> = {
			none: undefined,
			empty: [],
			one: [1, 60],
		};
		const {http} = gatedApp({store, rateLimitRule: async ctx => found[ctx.get('X-Rules')]});
		const get = (rules: string) => http.get('/ping').set('X-Rules', rules);

		for (const rules of ['none', 'empty']) {
			t.deepEqual(await repeat(3, () => get(rules)), [200, 200, 200]);
			t.is((await get(rules)).headers.ratelimit, undefined);
		}

		t.deepEqual(await repeat(2, () => get('one')), [200, 429]);
	},
);

onEveryStore(
	'a specific takes a function, which may read what authentication has found',
	async (t, {store}) => {
		const {http} = gatedApp({store}, (router, app) => {
			app.use((ctx, next) => {
				ctx.state.user = {plan: ctx.get('X-Plan')};
				return next();
			});
			const limit = specific(ctx => ({
				count: ctx.state.user.plan === 'paid' ? 2 : 1,
				window: 60,
				name: 'search',
			}));
			router.get('/search', limit, limit, ok);
		});
		const get = (plan: string) => http.get('/search').set('X-Plan', plan);

		t.deepEqual(await repeat(2, () => get('free')), [200, 429]);
		t.deepEqual(await repeat(3, () => get('paid')), [200, 200, 429]);
		t.is((await get('paid')).headers['ratelimit-policy'], '"search";q=2;w=60');
	},
);

onEveryStore('it runs once for a request, when its rules are needed', async (t, {store}) => {
	const asked: string[] = [];
	const {http, gate} = gatedApp(
		{
			store,
			banRule: [1, 60, 600],
			excludedMethods: ['OPTIONS'],
			deny: ctx => ctx.get('X-Denied') === '1',
			allow: ctx => ctx.get('X-Allowed') === '1',
			rateLimitRule: ctx => {
				asked.push(ctx.path);
				return [9, 60];
			},
		},
		router => {
			const limit = specific(ctx => {
				asked.push(`specific ${ctx.path}`);
				return [9, 60];
			});
			router.use('/twice', limit);
			router.get('/twice', limit, ok);
			router.get('/health', bypass(), ok);
			router.get('/alone', specific([9, 60], {standalone: true}), ok);
		},
	);

	await http.get('/ping');
	await http.get('/twice');
	t.deepEqual(asked, ['/ping', '/twice', 'specific /twice']);
	await http.get('/health');
	await http.get('/alone');
	await http.options('/ping');
	await http.get('/ping').set('X-Denied', '1');
	await http.get('/ping').set('X-Allowed', '1');
	t.is(asked.length, 3, 'not for requests without global rules');
	await gate.ban('127.0.0.1');
	t.is((await http.get('/ping')).status, 403);
	const before = asked.length;
	t.is((await http.get('/ping')).status, 403);
	t.is(asked.length, before, 'not for a client whose ban is known');
});

onEveryStore(
	'what it throws, and bad rules, are an error of that request alone, and count nothing',
	async (t, {store}) => {
		const errors: unknown[] = [];
		const returned: unknown[] = [
			() => {
				throw new Error('broken');
			},
			async () => {
				throw new Error('later');
			},
			() => [0, 60],
			() => ({count: 1, window: 60, cots: 1}),
			() => null,
			() => 5,
			() => [[1, 60], {count: 2, window: 60, name: 'a'}, {count: 3, window: 60, name: 'a'}],
		];
		const {http} = gatedApp(
			{
				store,
				rateLimitRule: (ctx: Context) =>
					(returned[Number(ctx.get('X-Which'))] as () => never)?.() ?? [1, 60],
			},
			(_router, app) => {
				app.on('error', error => errors.push(error.message));
			},
		);

		for (let which = 0; which < returned.length; which += 1) {
			const wanted = which === 4 ? 200 : 500;
			t.is((await http.get('/ping').set('X-Which', String(which))).status, wanted, String(which));
		}

		t.deepEqual(errors, [
			'broken',
			'later',
			'`rateLimitRule().count` must be a whole number from 1 to 1,000,000, got 0',
			'Unknown option `cots` of rateLimitRule(); did you mean `cost`?',
			'`rateLimitRule()` must be [count, window] or {count, window, name?, cost?, countWhen?}, got 5',
			"`rateLimitRule()` must give each rule its own name, got 'a' twice",
		]);
		t.is(
			(await http.get('/ping').set('X-Which', 'none')).status,
			429,
			'the request without rules of its own was the only one counted',
		);
	},
);

onEveryStore(
	'unnamed rules are named by their place, whatever else the function returns',
	async (t, {store}) => {
		const names = async (options: Parameters<typeof gatedApp>[0]) =>
			(await gatedApp({store, ...options}).http.get('/ping')).headers['ratelimit-policy'];

		const rules: LimitRules = [[9, 60], {count: 8, window: 60, name: 'mine'}, [7, 60]];
		t.is(
			await names({rateLimitRule: () => rules}),
			'"global";q=9;w=60, "mine";q=8;w=60, "global.3";q=7;w=60',
		);
		t.is(
			await names({
				rateLimitRule: [
					[9, 60],
					[8, 60],
				],
			}),
			'"global-2";q=9;w=60, "global-3";q=8;w=60',
		);
	},
);

test('rules that a client makes up without end push out no rule of the app, and no report', async t => {
	const {http} = gatedApp(
		{
			banRule: [3, 600, 600],
			rateLimitRule: ctx => ({count: 9, window: 600, name: ctx.path.slice(1)}),
		},
		router => {
			router.post('/login', specific([2, 600]), async ctx => {
				await ctx.report();
				ctx.status = 401;
			});
		},
	);
	const flood = async (round: string) => {
		for (let made = 0; made < 1010; made += 1) {
			await http.head(`/${round}-${made}`);
		}
	};

	await flood('first');
	t.is((await http.post('/login')).status, 401);
	await flood('second');
	t.deepEqual(await repeat(2, () => http.post('/login')), [401, 429]);
});
