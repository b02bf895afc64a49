import {Router} from '@koa/router';
import test from 'ava';
import Koa, {type Context} from 'koa';
import {
	bypass,
	type Gatekeeper,
	type GatekeeperOptions,
	gatekeeper,
	type Store,
	specific,
} from '../../source/index.ts';
import {onEveryStore} from '../support/every-store.ts';
import {bansOf} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {manualClockStore} from '../support/manual-clock.ts';
import {raw, statusOf} from '../support/raw.ts';
import {repeat} from '../support/recipe.ts';
import {agents, serve} from '../support/servers.ts';

const banRule = [2, 60, 600] as const;
const keyOf = (ctx: Context) => ctx.get('X-Account') || undefined;

interface TwoGates extends ReturnType<typeof agents> {
	readonly app: Koa;
	readonly outer: Gatekeeper;
	readonly inner: Gatekeeper;
	/** What the outer gate was asked: the path and the status. */
	readonly asked: string[];
}

/** Two gates on one store. The outer one asks about every status, and reports each of these. */
function twoGates(
	store: Store,
	reportsOf: readonly number[],
	innerOptions: GatekeeperOptions,
	{outerOptions = {}, routes = () => {}, between}: Between = {},
): TwoGates {
	const asked: string[] = [];
	const outer = gatekeeper({
		store,
		banRule,
		...outerOptions,
		reportWhen: (ctx, status) => {
			asked.push(`${ctx.path} ${status}`);
			return reportsOf.includes(status);
		},
	});
	const inner = gatekeeper({store, ...innerOptions});
	const router = new Router();
	router.get('/ping', ok);
	routes(router);
	const app = new Koa();
	app.silent = true;
	app.use(outer);
	if (between) {
		app.use(between);
	}

	app.use(inner).use(router.routes());
	return {app, outer, inner, asked, ...agents(app)};
}

interface Between {
	readonly outerOptions?: GatekeeperOptions;
	readonly routes?: (router: Router) => void;
	readonly between?: Koa.Middleware;
}

onEveryStore(
	'the 429 of a key at an inner gate reports no client at the outer one',
	async (t, {store}) => {
		const {outer, http, asked} = twoGates(
			store,
			[429],
			{},
			{
				routes: router => {
					router.get('/login', specific([1, 60], {key: keyOf}), ok);
				},
			},
		);
		const login = () => http.get('/login').set('X-Account', 'victim');

		t.deepEqual(await repeat(5, login), [200, 429, 429, 429, 429]);
		t.deepEqual(await bansOf({gate: outer}), []);
		t.deepEqual(asked, ['/login 200']);
	},
);

onEveryStore(
	'the refusals of an inner gate, by whatever key, report no client at the outer one',
	async (t, {store}) => {
		const {outer, inner, http, asked} = twoGates(store, [429, 403], {
			key: keyOf,
			rateLimitRule: [1, 60],
			banRule,
		});
		const as = (account: string) => http.get('/ping').set('X-Account', account);

		t.deepEqual(await repeat(4, () => as('alice')), [200, 429, 429, 429]);
		await inner.ban({key: 'bob'});
		t.deepEqual(await repeat(3, () => as('bob')), [403, 403, 403]);
		t.is((await as('carol')).status, 200);
		t.deepEqual(await bansOf({gate: outer}), await bansOf({gate: inner}));
		t.is((await bansOf({gate: inner})).length, 1);
		t.deepEqual(asked, ['/ping 200', '/ping 200']);
	},
);

onEveryStore(
	'what a handler reports or bans behind an inner gate counts once',
	async (t, {store}) => {
		const {outer, http, asked} = twoGates(
			store,
			[401],
			{banRule},
			{
				routes: router => {
					router.get('/wrong', ctx => {
						ctx.report();
						ctx.throw(401);
					});
					router.get('/spam', ctx => {
						ctx.report({client: '203.0.113.1'});
						ctx.status = 401;
					});
				},
			},
		);

		t.is((await http.get('/wrong')).status, 401);
		t.deepEqual(await bansOf({gate: outer}), []);
		await http.get('/spam');
		t.deepEqual(await bansOf({gate: outer}), []);
		t.is((await outer.report('127.0.0.1')).reports, 2);
		t.deepEqual(asked, []);
	},
);

test('no condition of one gate is asked about again at the gate before it', async t => {
	const innerAsked: number[] = [];
	const {http, asked, inner, from} = twoGates(
		manualClockStore().store,
		[],
		{
			banRule,
			ipHeader: 'X-Forwarded-For',
			rateLimitRule: [50, 60],
			deny: ['203.0.113.2'],
			reportWhen: (_ctx, status) => {
				innerAsked.push(status);
				return status === 404;
			},
		},
		{
			routes: router => {
				router.get('/banned', async ctx => {
					await ctx.ban({duration: 60}).catch(() => {});
					ctx.status = 401;
				});
				router.get('/late', (ctx, next) => bypass()(ctx, next), ok);
				router.get('/own', specific([1, 60]), ok);
			},
		},
	);
	await inner.ban('203.0.113.3');

	t.is((await from('203.0.113.2').get('/ping')).status, 403);
	t.is((await from('203.0.113.3').get('/ping')).status, 403);
	t.is((await http.get('/ping').set('X-Forwarded-For', ','.repeat(3))).status, 200);
	t.deepEqual(asked.splice(0), ['/ping 200'], 'neither denied nor banned');

	const client = from('203.0.113.4');
	t.is((await client.get('/late')).status, 200);
	t.deepEqual(asked, [], 'no bypass() of the inner gate');
	t.deepEqual(await repeat(2, () => client.get('/own')), [200, 429]);
	t.deepEqual(asked.splice(0), ['/own 200'], 'not the 429 of a specific at the inner gate');
	t.is((await client.get('/nowhere')).status, 404);
	t.deepEqual(asked, [], 'not what the inner gate has reported by its status');
	t.deepEqual(innerAsked, [200, 200, 429, 404]);
	await from('203.0.113.5').get('/banned');
	t.deepEqual(asked, [], 'no ban of a handler');
});

test('a request that an inner gate cannot identify is not asked about', async t => {
	const {app, asked} = twoGates(
		manualClockStore().store,
		[],
		{ipHeader: 'X-Forwarded-For'},
		{outerOptions: {ipHeader: false}},
	);
	const {port} = await serve(t, app);
	const lines = ['GET /ping HTTP/1.1', 'Host: a', 'Connection: close', ...Array(1000).fill('a:')];

	t.is(statusOf(await raw(port, `${lines.join('\r\n')}\r\n\r\n`)), 431);
	t.deepEqual(asked, []);
});

test('the outer gate is asked about its own 429, and about what nothing has judged', async t => {
	const {http, asked} = twoGates(
		manualClockStore().store,
		[],
		{},
		{outerOptions: {rateLimitRule: [2, 60]}},
	);

	t.deepEqual(await repeat(3, () => http.get('/ping')), [200, 200, 429]);
	t.deepEqual(asked, ['/ping 200', '/ping 200', '/ping 429']);
});

test('a report that code between the gates passes on counts once, too', async t => {
	const store = manualClockStore().store;
	const {http, inner} = twoGates(
		store,
		[404],
		{banRule: [9, 60, 600], reportWhen: [404]},
		{
			outerOptions: {banRule: [9, 60, 600]},
			between: (ctx, next) => {
				const {report} = ctx;
				ctx.state.spam = () => report();
				return next();
			},
			routes: router => {
				router.get('/spam', ctx => {
					ctx.state.spam();
					ctx.status = 404;
				});
			},
		},
	);
	await http.get('/spam');

	t.is((await inner.report('127.0.0.1')).reports, 2);
});

test('an inner dry run speaks for no gate that acts', async t => {
	const {http, asked} = twoGates(
		manualClockStore().store,
		[],
		{dryRun: true, rateLimitRule: [1, 60], banRule, reportWhen: [200], deny: ['203.0.113.2']},
		{
			routes: router => {
				router.get('/wrong', ctx => {
					ctx.report();
					ctx.status = 401;
				});
			},
		},
	);

	t.deepEqual(await repeat(3, () => http.get('/ping')), [200, 200, 200]);
	t.deepEqual(asked.splice(0), ['/ping 200', '/ping 200', '/ping 200']);
	await http.get('/wrong');
	t.deepEqual(asked, [], 'but its handler reports at both');
});

test('an outer dry run is asked as it would be if it acted', async t => {
	const {http, asked} = twoGates(
		manualClockStore().store,
		[],
		{key: keyOf, rateLimitRule: [1, 60], banRule},
		{
			outerOptions: {dryRun: true, rateLimitRule: [3, 60]},
			routes: router => {
				router.get('/wrong', ctx => {
					ctx.report();
					ctx.status = 401;
				});
			},
		},
	);
	const as = (account: string, path = '/ping') => http.get(path).set('X-Account', account);

	t.deepEqual(await repeat(2, () => as('alice')), [200, 429]);
	t.deepEqual(asked.splice(0), ['/ping 200'], 'not about the refusal of the inner gate');
	t.is((await as('bob', '/wrong')).status, 401);
	t.deepEqual(asked, [], 'nor about what a handler has reported');
	t.is((await as('carol', '/wrong')).status, 401);
	t.deepEqual(
		asked,
		['/wrong 429'],
		'about its own refusal, before which no handler would have run',
	);
});
