/* In some versions, routers take any letter case for a route, and one alone for what router.use places. */
import type {RequestListener} from 'node:http';
import test from 'ava';
import Koa, {type Middleware} from 'koa';
import supertest from 'supertest';
import {gatekeeper, specific} from '../../source/index.ts';
import {ok} from '../support/handlers.ts';
import {majorOf, type RouterVersion, routerOf, routerPackages} from '../support/router-versions.ts';
import {warnings} from '../support/warnings.ts';

type Router = ReturnType<typeof routerOf>;

const rule = [1, 600] as const;

interface Placement {
	/** Serves /api/page behind a limit that `router.use` places. */
	readonly serve: (Router: Router, options: {sensitive: boolean}) => RequestListener;
	/** Whether another letter case passes it in a version of the routers. */
	readonly isPassed: (major: number) => boolean;
}

const placements: Readonly<Record<string, Placement>> = {
	'a gate in a router with a prefix': {
		serve: (Router, options) => {
			const router = new Router({prefix: '/api', ...options});
			router.use(gatekeeper({rateLimitRule: rule})).get('/page', ok);
			return new Koa().use(router.routes()).callback();
		},
		isPassed: major => major >= 14,
	},
	'a gate that names the routers': {
		serve: (Router, options) => {
			const router = new Router({prefix: '/api', ...options});
			router.use(gatekeeper({rateLimitRule: rule, routers: [router]})).get('/page', ok);
			return new Koa().use(router.routes()).callback();
		},
		isPassed: major => major >= 14,
	},
	'a gate in a nested router': {
		serve: (Router, options) => {
			const nested = new Router(options);
			nested.use(gatekeeper({rateLimitRule: rule})).get('/page', ok);
			return new Koa().use(new Router(options).use('/api', nested.routes()).routes()).callback();
		},
		isPassed: major => major >= 14,
	},
	'a specific in a router with a prefix': {
		serve: (Router, options) => {
			const router = new Router({prefix: '/api', ...options});
			router.use(specific(rule)).get('/page', ok);
			return new Koa().use(gatekeeper()).use(router.routes()).callback();
		},
		isPassed: major => major >= 14,
	},
	'a specific at a path': {
		serve: (Router, options) => {
			const router = new Router(options);
			router.use('/api', specific(rule)).get('/api/page', ok);
			return new Koa().use(gatekeeper()).use(router.routes()).callback();
		},
		isPassed: major => major === 14,
	},
	'a specific at a path, before a route with a parameter': {
		serve: (Router, options) => {
			const router = new Router(options);
			router.use('/api/page', specific(rule)).get('/api/:page', ok);
			return new Koa().use(gatekeeper()).use(router.routes()).callback();
		},
		isPassed: major => major === 14,
	},
	'a specific at a path, before a route that is a regular expression': {
		serve: (Router, options) => {
			const router = new Router(options);
			router.use('/api', specific(rule));
			router.get(options.sensitive ? /^\/api\/page$/ : /^\/api\/page$/i, ok);
			return new Koa().use(gatekeeper()).use(router.routes()).callback();
		},
		isPassed: major => major === 14,
	},
	'a gate behind another router that a middleware runs': {
		serve: (Router, options) => {
			const router = new Router({prefix: '/api', ...options});
			router
				.use(runAnother(Router))
				.use(gatekeeper({rateLimitRule: rule}))
				.get('/page', ok);
			return new Koa().use(router.routes()).callback();
		},
		isPassed: major => major >= 14,
	},
	'a specific behind another router that a middleware runs': {
		serve: (Router, options) => {
			const router = new Router({prefix: '/api', ...options});
			router.use(runAnother(Router)).use(specific(rule)).get('/page', ok);
			return new Koa().use(gatekeeper()).use(router.routes()).callback();
		},
		isPassed: major => major >= 14,
	},
	'a gate behind another router that a middleware runs, which is on a route elsewhere': {
		serve: (Router, options) => {
			const gate = gatekeeper({rateLimitRule: rule});
			const elsewhere = new Router(options).get('/elsewhere', gate, ok);
			const router = new Router({prefix: '/api', ...options});
			router.use(runAnother(Router)).use(gate).get('/page', ok);
			return new Koa().use(elsewhere.routes()).use(router.routes()).callback();
		},
		isPassed: major => major >= 14,
	},
	'a specific behind another router that a middleware runs, which is on a route elsewhere': {
		serve: (Router, options) => {
			const limit = specific(rule);
			const elsewhere = new Router(options).get('/elsewhere', limit, ok);
			const router = new Router({prefix: '/api', ...options});
			router.use(runAnother(Router)).use(limit).get('/page', ok);
			const app = new Koa().use(gatekeeper());
			return app.use(elsewhere.routes()).use(router.routes()).callback();
		},
		isPassed: major => major >= 14,
	},
	'a specific everywhere': {
		serve: (Router, options) => {
			const router = new Router(options);
			router.use(specific(rule)).get('/api/page', ok);
			return new Koa().use(gatekeeper()).use(router.routes()).callback();
		},
		isPassed: () => false,
	},
};

/** The other router calls next(), and stays in ctx.router. */
function runAnother(Router: Router): Middleware {
	const another = new Router().all(/.*/, (_, next) => next()).routes();
	return (ctx, next) => another(ctx as Parameters<typeof another>[0], next);
}

for (const version of Object.keys(routerPackages) as RouterVersion[]) {
	const Router = routerOf(routerPackages[version]);
	for (const [what, {serve, isPassed}] of Object.entries(placements)) {
		const passed = isPassed(majorOf(version));

		test.serial(
			`${version}: another letter case ${passed ? 'passes' : 'meets'} ${what}${passed ? ', and a warning says so' : ''}`,
			async t => {
				const seen = warnings(t);
				const http = supertest.agent(serve(Router, {sensitive: false}));
				const get = async (path: string) => (await http.get(path)).status;
				t.deepEqual([await get('/api/page'), await get('/api/page')], [200, 429]);
				t.is(await get('/API/page'), passed ? 200 : 429);
				t.deepEqual(await seen.codes(), passed ? ['GATEKEEPER_LETTER_CASE'] : []);
			},
		);

		test.serial(
			`${version}: with sensitive, another letter case finds no route behind ${what}`,
			async t => {
				const seen = warnings(t);
				const http = supertest.agent(serve(Router, {sensitive: true}));
				const get = async (path: string) => (await http.get(path)).status;
				t.deepEqual([await get('/api/page'), await get('/api/page')], [200, 429]);
				t.is(await get('/API/page'), 404);
				t.deepEqual(await seen.codes(), []);
			},
		);
	}

	test.serial(
		`${version}: a warning says that other letters pass a gate which stands after its router, too`,
		async t => {
			for (const options of [{}, {routers: [new Router()]}]) {
				const seen = warnings(t);
				const gate = gatekeeper({rateLimitRule: rule, ...options});
				const router = new Router({prefix: '/api'}).use(gate).get('/page', ok);
				const http = supertest.agent(new Koa().use(router.routes()).use(gate).callback());

				t.is((await http.get('/api/page')).status, 200);
				t.is((await http.get('/api/page')).status, 429);
				const isPassed = (await http.get('/API/page')).status === 200;
				t.is((await seen.codes()).includes('GATEKEEPER_LETTER_CASE'), isPassed);
			}
		},
	);

	test.serial(`${version}: no warning where routes of any letter case are elsewhere`, async t => {
		const seen = warnings(t);
		for (const [path, route] of [
			['/api', '/'],
			['/api', '/health'],
			['/api', '/other/:page'],
			['/api/admin', '/:page'],
			['/users-admin', '/users/:id'],
		] as const) {
			const router = new Router();
			router
				.use(path, specific(rule))
				.get(new RegExp(`^${path}/page$`), ok)
				.get(route, ok);
			const http = supertest.agent(new Koa().use(gatekeeper()).use(router.routes()).callback());

			t.is((await http.get(`${path}/page`)).status, 200);
			t.is((await http.get(`${path}/page`)).status, 429);
		}

		t.deepEqual(await seen.codes(), []);
	});

	test.serial(
		`${version}: a warning says that other letters reach a route which takes any path`,
		async t => {
			const seen = warnings(t);
			const router = new Router().use('/api', specific(rule)).get('/:version/page', ok);
			const http = supertest.agent(new Koa().use(gatekeeper()).use(router.routes()).callback());

			t.is((await http.get('/api/page')).status, 200);
			t.is((await http.get('/api/page')).status, 429);
			const isPassed = (await http.get('/API/page')).status === 200;
			t.is(isPassed, majorOf(version) === 14);
			t.deepEqual(await seen.codes(), isPassed ? ['GATEKEEPER_LETTER_CASE'] : []);
		},
	);
}
