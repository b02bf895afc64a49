import {Router} from '@koa/router';
import test, {type ExecutionContext} from 'ava';
import type Koa from 'koa';
import {bypass, specific} from '../../source/index.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok, passOn} from '../support/handlers.ts';
import {overQuota, statuses} from '../support/over-quota.ts';

/** What a client over its quota is answered, by request. */
async function answers(
	t: ExecutionContext,
	routes: (router: Router, app: Koa) => void,
	expected: Record<string, number>,
	headers: Record<string, string> = {},
): Promise<void> {
	const {http} = await overQuota(routes);
	t.deepEqual(await statuses(http, Object.keys(expected), headers), expected);
}

test('a marked route is exempt, and no other', async t => {
	await answers(
		t,
		router => {
			router.get('/open', bypass(), ok);
			router.get('/alone', specific([5, 60], {standalone: true}), ok);
			router.get('/both', specific([5, 60]), ok);
		},
		{'GET /open': 200, 'GET /alone': 200, 'GET /both': 429, 'GET /ping': 429},
	);
});

test('a mark may stand anywhere among the functions of its route', async t => {
	await answers(t, router => router.get('/open', passOn, passOn, bypass(), ok), {'GET /open': 200});
});

test('a mark in a nested router is foreseen under its prefixes', async t => {
	await answers(
		t,
		router => {
			const inner = new Router({prefix: '/inner'});
			inner.get('/open', bypass(), ok).get('/closed', ok);
			router.use('/outer', inner.routes());
			router.use(new Router({prefix: '/v1'}).use('/v2', inner.routes()).routes());
		},
		{
			'GET /outer/inner/open': 200,
			'GET /v1/v2/inner/open': 200,
			'GET /outer/inner/closed': 429,
			'GET /inner/open': 429,
			'GET /outer/open': 429,
		},
	);
});

test('a mark is foreseen under a prefix, also one that is set later', async t => {
	await answers(
		t,
		router => {
			router.prefix('/api').get('/open', bypass(), ok);
			router.prefix('/v2');
		},
		{'GET /v2/open': 200, 'GET /api/open': 429, 'GET /open': 429},
	);
});

test('a mark on a route with parameters is foreseen for what they match', async t => {
	await answers(
		t,
		router => {
			router.param('id', (_id, _ctx, next) => next());
			router.get('/users/:id', bypass(), ok);
			router.get('/users/:id/posts', ok);
			router.get('/files/*path', bypass(), ok);
		},
		{
			'GET /users/7': 200,
			'GET /users/a%2Fb': 200,
			'GET /users/%FF': 200,
			'GET /files/a/b/c': 200,
			'GET /users/7/posts': 429,
			'GET /users/': 429,
		},
	);
});

test('a router.use mark covers the routes of its path, registered after it', async t => {
	await answers(
		t,
		router => {
			router.get('/open/before', ok);
			router.use('/open', bypass());
			router.get('/open/after', ok);
			router.get('/closed', ok);
		},
		{'GET /open/after': 200, 'GET /open/before': 429, 'GET /closed': 429, 'GET /open/none': 429},
	);
});

test('a router.use mark without a path covers its whole router', async t => {
	await answers(
		t,
		router => {
			const inner = new Router();
			inner.use(specific([5, 60], {standalone: true})).get('/alone', ok);
			router.use(inner.routes());
			router.get('/closed', ok);
		},
		{'GET /alone': 200, 'GET /closed': 200, 'GET /none': 429},
	);
});

test('of several matching routes the first decides: marked', async t => {
	await answers(
		t,
		router => {
			router.get('/items/new', bypass(), ok);
			router.get('/items/:id', ok);
		},
		{'GET /items/new': 200, 'GET /items/7': 429},
	);
});

test('of several matching routes the first decides: unmarked', async t => {
	await answers(
		t,
		router => {
			router.get('/items/:id', passOn);
			router.get('/items/new', bypass(), ok);
		},
		{'GET /items/new': 429},
	);
});

test('a marked route that passes on covers what it passes on to', async t => {
	await answers(
		t,
		router => {
			router.get('/items/new', bypass(), passOn);
			router.get('/items/:id', ok);
		},
		{'GET /items/new': 200},
	);
});

test('a catch-all after a marked route is not exempt, and does not hide it', async t => {
	await answers(
		t,
		router => {
			router.get('/open', bypass(), ok);
			router.all('/{*any}', ok);
		},
		{'GET /open': 200, 'POST /open': 429, 'GET /opens': 429},
	);
});

test('HEAD is answered by a marked GET route, and exempt like it', async t => {
	await answers(t, router => router.get('/open', bypass(), ok), {'HEAD /open': 200});
});

test('405 and 404 paths are not exempt: a method that the marked route does not take, a path that no route has', async t => {
	await answers(
		t,
		(router, app) => {
			router.get('/open', bypass(), ok).post('/closed', ok).get('/closed', bypass(), ok);
			app.use(router.allowedMethods());
		},
		{
			'POST /open': 429,
			'DELETE /open': 429,
			'OPTIONS /open': 429,
			'POST /closed': 429,
			'GET /closed': 200,
			'GET /none': 429,
		},
	);
});

test('405 and 404 answers count like any', async t => {
	const {http} = gatedApp({rateLimitRule: [2, 60]}, (router, app) => {
		router.get('/open', bypass(), ok);
		app.use(router.allowedMethods());
	});

	t.deepEqual(await statuses(http, ['POST /open', 'GET /none', 'PUT /open', 'GET /open']), {
		'POST /open': 405,
		'GET /none': 404,
		'PUT /open': 429,
		'GET /open': 200,
	});
});

test('case and a trailing slash matter as much as they do to the router', async t => {
	await answers(
		t,
		router => {
			router.get('/open', bypass(), ok);
			const strict = new Router({strict: true, sensitive: true});
			strict.get('/Strict', bypass(), ok);
			router.use(strict.routes());
		},
		{
			'GET /OPEN': 200,
			'GET /open/': 200,
			'GET /Strict': 200,
			'GET /strict': 429,
			'GET /Strict/': 429,
			'GET //open': 429,
			'GET /open//': 429,
			'GET /%6Fpen': 429,
		},
	);
});

test('an exclusive router runs the last matching route, and that decides', async t => {
	await answers(
		t,
		(_router, app) => {
			const exclusive = new Router({exclusive: true});
			exclusive.get('/a/:id', ok).get('/a/open', bypass(), ok);
			exclusive.get('/b/open', bypass(), ok).get('/b/:id', ok);
			exclusive.get('/c', ok).use('/c', bypass());
			app.use(exclusive.routes());
		},
		{'GET /a/open': 200, 'GET /a/7': 429, 'GET /b/open': 429, 'GET /c': 429},
	);
});

test('a router exclusive by specificity runs the route with the fewest parameters', async t => {
	await answers(
		t,
		(_router, app) => {
			const exclusive = new Router({exclusive: 'specificity'});
			exclusive.get('/a/open', bypass(), ok).get('/a/:id', ok);
			exclusive.get('/b/:id', bypass(), ok).get('/b/closed', ok);
			app.use(exclusive.routes());
		},
		{'GET /a/open': 200, 'GET /a/7': 429, 'GET /b/closed': 429, 'GET /b/7': 200},
	);
});

test('a mark on a host-bound router is foreseen on that host alone', async t => {
	const routes = (router: Router) => {
		router.host = 'open.example';
		router.get('/open', bypass(), ok);
	};

	await answers(t, routes, {'GET /open': 200}, {Host: 'open.example'});
	await answers(t, routes, {'GET /open': 429}, {Host: 'closed.example'});
	await answers(t, routes, {'GET /open': 429}, {Host: 'open.example.evil'});
});

test('a regular expression that keeps a state is not asked, so that nothing there is exempt', async t => {
	const {http, pass} = await overQuota(router => {
		router.get(/^\/open/g, bypass(), ok);
	});

	t.is((await http.get('/open')).status, 429);
	pass(60_000);
	t.is((await http.get('/open')).status, 200);
});

test('a host that is a stateful regular expression is not asked either', async t => {
	const {http, router, pass} = await overQuota(router => {
		router.get('/open', bypass(), ok);
	});

	const host = /^127/g;
	router.host = host;
	t.is((await http.get('/open')).status, 429);
	t.is(host.lastIndex, 0);
	pass(60_000);
	t.is((await http.get('/open')).status, 200);
});

test('a plain regular expression is as good as a path', async t => {
	await answers(t, router => router.get(/^\/open\d+$/, bypass(), ok), {
		'GET /open7': 200,
		'GET /open': 429,
	});
});
