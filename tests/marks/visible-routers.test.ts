import {Router} from '@koa/router';
import test from 'ava';
import Koa, {type Middleware} from 'koa';
import mount from 'koa-mount';
import {bypass, gatekeeper} from '../../source/index.ts';
import {ok, passOn} from '../support/handlers.ts';
import {manualClockStore} from '../support/manual-clock.ts';
import {overQuota, statuses} from '../support/over-quota.ts';
import {agents} from '../support/servers.ts';
import {warnings} from '../support/warnings.ts';

function openRouter(): Router {
	return new Router().get('/open', bypass(), ok).get('/closed', ok);
}

test('the gate finds every router that app.use() places after it', async t => {
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

test('the gate finds a route that is added after the first request', async t => {
	const {http, router} = await overQuota(() => {});

	t.is((await http.get('/open')).status, 429);
	router.get('/open', bypass(), ok);
	t.is((await http.get('/open')).status, 200);
});

test('a router before the gate exempts nothing', async t => {
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

test('requests for a router that was added after callback(), which never runs, are counted late', async t => {
	const app = new Koa();
	const {store, pass} = manualClockStore();
	app.use(gatekeeper({rateLimitRule: [2, 60], store}));
	const {http} = agents(app);
	app.use(openRouter().routes());

	t.is((await http.get('/open')).status, 404);
	t.is((await http.get('/open')).status, 404);
	t.is((await http.get('/other')).status, 429);
	t.is((await http.get('/open')).status, 404, 'one beyond the quota');
	t.is((await http.get('/open')).status, 429);
	pass(60_000);
	t.is((await http.get('/open')).status, 404);
});

test.serial(
	'in a mounted app, a mark that the gate did not foresee causes one warning with its route and the remedies',
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
			/bypass route \/open would run,.*routers: \[router\].*router\.use/,
		);
	},
);

test('in a mounted app, the gate foresees the marks of the routers in the option routers', async t => {
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

test('the gate of a mounted app ignores the routers of the app around it', async t => {
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

test('the gate does not find a router whose middleware is wrapped, unless the option routers lists it', async t => {
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

test('a wrapper that copies the properties of the function hides nothing', async t => {
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
