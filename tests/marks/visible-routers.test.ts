import {Router} from '@koa/router';
import test from 'ava';
import Koa, {type Middleware} from 'koa';
import mount from 'koa-mount';
import {bypass, gatekeeper, specific} from '../../source/index.ts';
import {ok, passOn} from '../support/handlers.ts';
import {manualClockStore} from '../support/manual-clock.ts';
import {overQuota, statuses} from '../support/over-quota.ts';
import {agents} from '../support/servers.ts';
import {warnings} from '../support/warnings.ts';

function openRouter(): Router {
	return new Router().get('/open', bypass(), ok).get('/closed', ok);
}

test('every router that app.use placed after the gate is seen', async t => {
	const {http} = await overQuota((_router, app) => {
		app.use(new Router().get('/one', bypass(), ok).get('/late', ok).routes());
		app.use(passOn);
		app.use(new Router().get('/two', bypass(), ok).get('/late', bypass(), ok).routes());
	});

	t.deepEqual(await statuses(http, ['GET /one', 'GET /two', 'GET /late', 'GET /three']), {
		'GET /one': 200,
		'GET /two': 200,
		'GET /late': 429,
		'GET /three': 429,
	});
});

test('a route added after the first request is seen', async t => {
	const {http, router} = await overQuota(() => {});

	t.is((await http.get('/open')).status, 429);
	router.get('/open', bypass(), ok);
	t.is((await http.get('/open')).status, 200);
});

test('a router before the gate is not taken for one after it', async t => {
	const app = new Koa();
	const {store} = manualClockStore();
	const gate = gatekeeper({rateLimitRule: [1, 60], store});
	app.use(new Router().get('/open', passOn).get('/before', ok).routes());
	app.use(gate);
	app.use(new Router().get('/open', bypass(), ok).get('/closed', ok).routes());
	const {http} = agents(app);
	await http.get('/spend');

	t.deepEqual(await statuses(http, ['GET /open', 'GET /closed', 'GET /before']), {
		'GET /open': 200,
		'GET /closed': 429,
		'GET /before': 200,
	});
});

test('a bypass() that stands before the gate says which line to add', async t => {
	const app = new Koa();
	const errors: Error[] = [];
	app.on('error', error => errors.push(error));
	app.use(
		openRouter()
			.get('/specific', specific([1, 1]), ok)
			.routes(),
	);
	const {http} = agents(app);

	t.is((await http.get('/open')).status, 500);
	t.is((await http.get('/specific')).status, 500);
	t.deepEqual(
		errors.map(error => error.message),
		[
			'bypass() found no gatekeeper: add app.use(gatekeeper(…)) before the router',
			'specific() found no gatekeeper: add app.use(gatekeeper(…)) before the router',
		],
	);
});

test('a router added after callback() is expected but does not run: counted late, and then not exempt', async t => {
	const app = new Koa();
	const {store, pass} = manualClockStore();
	app.use(gatekeeper({rateLimitRule: [2, 60], store}));
	const {http} = agents(app);
	app.use(openRouter().routes());

	t.is((await http.get('/open')).status, 404);
	t.is((await http.get('/open')).status, 404);
	t.is((await http.get('/other')).status, 429);
	t.is((await http.get('/open')).status, 404, 'the one beyond the quota');
	t.is((await http.get('/open')).status, 429);
	pass(60_000);
	t.is((await http.get('/open')).status, 404);
});

test.serial(
	'in a mounted app a mark that runs unforeseen warns once, with its route and the ways out',
	async t => {
		const seen = warnings(t);
		const app = new Koa();
		const sub = new Koa();
		const {store} = manualClockStore();
		sub.use(gatekeeper({rateLimitRule: [5, 60], store})).use(openRouter().routes());
		app.use(mount('/sub', sub));
		const {http} = agents(app);

		t.is((await http.get('/sub/open')).headers.ratelimit, '"global";r=4;t=60');
		t.is((await http.get('/sub/open')).headers.ratelimit, '"global";r=3;t=60');
		t.deepEqual(await seen.codes(), ['GATEKEEPER_MARK_UNFORESEEN']);
		t.regex(
			(await seen.messages())[0] ?? '',
			/bypass route \/open,.*routers: \[router\].*router\.use/,
		);
	},
);

test('in a mounted app the gate foresees the routers that it is told', async t => {
	const router = openRouter();
	const app = new Koa();
	const sub = new Koa();
	const {store} = manualClockStore();
	sub.use(gatekeeper({rateLimitRule: [1, 60], routers: [router], store})).use(router.routes());
	app.use(mount('/sub', sub));
	const {http} = agents(app);
	await http.get('/sub/spend');

	t.deepEqual(await statuses(http, ['GET /sub/open', 'GET /sub/closed', 'GET /open']), {
		'GET /sub/open': 200,
		'GET /sub/closed': 429,
		'GET /open': 404,
	});
});

test("a parent's router is not taken for the mounted app's own", async t => {
	const app = new Koa();
	const sub = new Koa();
	const {store} = manualClockStore();
	sub.use(gatekeeper({rateLimitRule: [1, 60], store})).use(ok);
	const parent = new Router();
	parent.all('/sub/{*any}', mount('/sub', sub));
	parent.get('/open', bypass(), ok);
	app.use(parent.routes());
	const {http} = agents(app);
	await http.get('/sub/spend');

	t.is((await http.get('/sub/open')).status, 429);
});

test('a wrapped dispatch function hides its router, unless it is named', async t => {
	const wrap =
		(middleware: Middleware): Middleware =>
		(ctx, next) =>
			middleware(ctx, next);
	const hidden = openRouter();

	for (const [options, status] of [
		[{}, 429],
		[{routers: [hidden]}, 200],
	] as const) {
		const {http} = await overQuota((_router, app) => {
			app.use(wrap(hidden.routes() as Middleware));
		}, options);
		t.deepEqual(await statuses(http, ['GET /open', 'GET /closed']), {
			'GET /open': status,
			'GET /closed': 429,
		});
	}
});

test.serial(
	'functions wrapped in a stack, as tracing tools do, lose the mark: not exempt, with a warning',
	async t => {
		const seen = warnings(t);
		const router = openRouter();
		for (const layer of router.stack) {
			layer.stack = layer.stack.map(middleware => (ctx, next) => middleware(ctx, next));
		}

		const {http, pass} = await overQuota((_router, app) => app.use(router.routes()));
		t.is((await http.get('/open')).status, 429);
		pass(60_000);
		t.is((await http.get('/open')).status, 200);
		t.deepEqual(await seen.codes(), ['GATEKEEPER_MARK_UNFORESEEN']);
	},
);

test('a tool that copies the properties of what it wraps hides nothing', async t => {
	const app = new Koa();
	const {store} = manualClockStore();
	const wrap = <T extends Middleware>(middleware: T): T =>
		Object.assign(((ctx, next) => middleware(ctx, next)) as T, middleware);
	app.use(wrap(gatekeeper({rateLimitRule: [1, 60], store})));
	app.use(wrap(new Router().get('/open', wrap(bypass()), ok).routes() as Middleware));
	const {http} = agents(app);
	await http.get('/spend');

	t.is((await http.get('/open')).status, 200);
});

test('a gate mounted with router.use foresees the routes behind it', async t => {
	const app = new Koa();
	const {store} = manualClockStore();
	const router = new Router();
	router.get('/before', ok);
	router.use(gatekeeper({rateLimitRule: [1, 60], store}));
	router.get('/open', bypass(), ok).get('/closed', ok);
	app.use(router.routes());
	const {http} = agents(app);
	await http.get('/closed');

	t.deepEqual(await statuses(http, ['GET /open', 'GET /closed', 'GET /before', 'GET /none']), {
		'GET /open': 200,
		'GET /closed': 429,
		'GET /before': 200,
		'GET /none': 404,
	});
});

test('a gate in a nested router, or on a single route, foresees what follows it', async t => {
	const app = new Koa();
	const {store} = manualClockStore();
	const gate = gatekeeper({rateLimitRule: [1, 60], store});
	const inner = new Router();
	inner.use(gate).get('/open', bypass(), ok).get('/closed', ok);
	const router = new Router();
	router.use('/inner', inner.routes());
	router.get('/single', gate, bypass(), ok).get('/late', passOn, gate, ok);
	app.use(router.routes());
	const {http} = agents(app);
	await http.get('/inner/closed');

	t.deepEqual(
		await statuses(http, ['GET /inner/open', 'GET /inner/closed', 'GET /single', 'GET /late']),
		{
			'GET /inner/open': 200,
			'GET /inner/closed': 429,
			'GET /single': 200,
			'GET /late': 429,
		},
	);
});

test.serial('a gate mounted with router.use on an exclusive router warns', async t => {
	const seen = warnings(t);
	const app = new Koa();
	const {store} = manualClockStore();
	const router = new Router({exclusive: true});
	router.get('/ping', ok).use(gatekeeper({rateLimitRule: [1, 60], store}));
	app.use(router.routes());

	t.is((await agents(app).http.get('/ping')).status, 404);
	t.deepEqual(await seen.codes(), ['GATEKEEPER_EXCLUSIVE_ROUTER']);
});
