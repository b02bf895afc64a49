import {Router} from '@koa/router';
import test from 'ava';
import Koa, {type Middleware} from 'koa';
import {bypass, gatekeeper} from '../../source/index.ts';
import {ok, passOn} from '../support/handlers.ts';
import {manualClockStore} from '../support/manual-clock.ts';
import {statuses} from '../support/over-quota.ts';
import {agents} from '../support/servers.ts';
import {warnings} from '../support/warnings.ts';

test('a gate in router.use() foresees the marks of the routes behind it', async t => {
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

test('a gate in a nested router or on a single route foresees the marks behind it', async t => {
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

test.serial(
	'a gate in router.use() of an exclusive router causes a warning, since it never runs',
	async t => {
		const seen = warnings(t);
		const app = new Koa();
		const {store} = manualClockStore();
		const router = new Router({exclusive: true});
		router.get('/ping', ok).use(gatekeeper({rateLimitRule: [1, 60], store}));
		app.use(router.routes());

		t.is((await agents(app).http.get('/ping')).status, 404);
		t.deepEqual(await seen.codes(), ['GATEKEEPER_EXCLUSIVE_ROUTER']);
	},
);

test.serial(
	'a gate on a route and in router.use() of an exclusive router causes the warning, too',
	async t => {
		const seen = warnings(t);
		const {store} = manualClockStore();
		const gate = gatekeeper({rateLimitRule: [1, 60], store});
		const router = new Router({exclusive: true}).get('/own', gate, ok).get('/ping', ok).use(gate);

		const app = new Koa();
		app.use(router.routes());

		t.is((await agents(app).http.get('/ping')).status, 404);
		t.deepEqual(await seen.codes(), ['GATEKEEPER_EXCLUSIVE_ROUTER']);
	},
);

for (const [after, last] of [
	['a handler', ok],
	['a router', new Router().get('/open', ok).routes()],
] as const) {
	test.serial(
		`a gate in router.use(), and in app.use() before ${after}, foresees the marks of its router`,
		async t => {
			const seen = warnings(t);
			const {store} = manualClockStore();
			const gate = gatekeeper({rateLimitRule: [1, 60], store});
			const router = new Router();
			router.use(gate).get('/open', bypass(), ok).get('/closed', ok);
			const app = new Koa();
			app.use(router.routes()).use(gate).use(last);
			const {http} = agents(app);
			await http.get('/closed');

			t.deepEqual(await statuses(http, ['GET /open', 'GET /closed', 'GET /none']), {
				'GET /open': 200,
				'GET /closed': 429,
				'GET /none': 429,
			});
			t.deepEqual(await seen.codes(), ['GATEKEEPER_AFTER_ROUTER']);
		},
	);
}

test('where a gate has run before the router, all of the router counts, not only what follows the gate there', async t => {
	const {store} = manualClockStore();
	const gate = gatekeeper({rateLimitRule: [1, 60], store});
	const router = new Router();
	router
		.get('/health', bypass(), ok)
		.get('/feed', passOn)
		.get('/login', ok)
		.use(gate)
		.get('/feed', bypass(), ok)
		.get('/login', bypass(), ok)
		.get('/single', passOn)
		.get('/single', gate, bypass(), ok);
	const app = new Koa();
	app.use(gate).use(router.routes());
	const {http} = agents(app);
	await http.get('/spend');

	t.deepEqual(await statuses(http, ['GET /health', 'GET /feed', 'GET /login', 'GET /single']), {
		'GET /health': 200,
		'GET /feed': 429,
		'GET /login': 429,
		'GET /single': 429,
	});
});

test('a router that has the gate, and is over, exempts nothing', async t => {
	const {store} = manualClockStore();
	const gate = gatekeeper({rateLimitRule: [1, 60], store});
	const before = new Router();
	before.use('/api', gate).get('/api/status', bypass(), ok).get('/admin', gate, ok);
	before.get('/health', passOn);
	const after = new Router();
	after.get('/health', bypass(), ok).get('/api/status', ok);
	const app = new Koa();
	app
		.use(before.routes())
		.use((ctx, next) => {
			ctx.path = ctx.path.replace('/v1', '/api');
			return next();
		})
		.use(gate)
		.use(after.routes());
	const {http} = agents(app);
	await http.get('/spend');

	t.deepEqual(await statuses(http, ['GET /v1/status', 'GET /health']), {
		'GET /v1/status': 429,
		'GET /health': 200,
	});
});

test('a gate behind a middleware that runs another router foresees the marks of its own router', async t => {
	const {store} = manualClockStore();
	const another = new Router().all(/.*/, passOn).routes();
	const router = new Router();
	router
		.use((ctx, next) => another(ctx, next))
		.use(gatekeeper({rateLimitRule: [1, 60], store}))
		.get('/open', bypass(), ok)
		.get('/closed', ok);
	const app = new Koa();
	app.use(router.routes());
	const {http} = agents(app);
	await http.get('/closed');

	t.deepEqual(await statuses(http, ['GET /open', 'GET /closed']), {
		'GET /open': 200,
		'GET /closed': 429,
	});
});

test('what follows a gate in its own router comes first, whatever routers are named, and whatever the path is now', async t => {
	const {store} = manualClockStore();
	const after = new Router().get('/open', bypass(), ok).get('/health', bypass(), ok);
	const gate = gatekeeper({rateLimitRule: [1, 60], routers: [after], store});
	const router = new Router();
	router
		.use((ctx, next) => {
			ctx.path = ctx.path.replace('/v1', '');
			return next();
		})
		.use(gate)
		.get('/open', passOn)
		.get('/v1/open', passOn)
		.get('/closed', ok);
	const app = new Koa();
	app.use(router.routes()).use(gate).use(after.routes());
	const {http} = agents(app);
	await http.get('/closed');

	t.deepEqual(await statuses(http, ['GET /open', 'GET /v1/open', 'GET /health']), {
		'GET /open': 429,
		'GET /v1/open': 429,
		'GET /health': 200,
	});
});

for (const [what, place] of Object.entries({
	'by a function in router.use()': (router: Router, gate: Middleware) =>
		router.use((ctx, next) => gate(ctx, next)).routes() as Middleware,
	'with its router by a function, behind another one': (router: Router, gate: Middleware) => {
		const another = new Router().all(/.*/, passOn).routes();
		const dispatch = router
			.use((ctx, next) => another(ctx, next))
			.use(gate)
			.routes() as Middleware;
		return ((ctx, next) => dispatch(ctx, next)) satisfies Middleware;
	},
})) {
	test(`an unmarked route after a gate that is hidden ${what} disproves a mark further on`, async t => {
		const {store} = manualClockStore();
		const gate = gatekeeper({rateLimitRule: [1, 60], store});
		const router = new Router();
		const first = place(router, gate);
		let runs = 0;
		router.get('/open', (_, next) => {
			runs += 1;
			return next();
		});
		const app = new Koa();
		app
			.use(first)
			.use(gate)
			.use(new Router().get('/open', bypass(), ok).routes());
		const {http} = agents(app);
		await http.get('/spend');

		t.is((await http.get('/open')).status, 200);
		t.is((await http.get('/open')).status, 429);
		t.is((await http.get('/open')).status, 429);
		t.is(runs, 1);
	});
}
