import {Router} from '@koa/router';
import test from 'ava';
import {bypass} from '../../source/index.ts';
import {ok} from '../support/handlers.ts';
import {overQuota, overQuotaGets} from '../support/over-quota.ts';

test('a mark in a nested router is foreseen under all its prefixes', async t => {
	await overQuotaGets(
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

test('a mark is foreseen under the prefix of its router, even if the prefix is set later', async t => {
	await overQuotaGets(
		t,
		router => {
			router.prefix('/api').get('/open', bypass(), ok);
			router.prefix('/v2');
		},
		{'GET /v2/open': 200, 'GET /api/open': 429, 'GET /open': 429},
	);
});

test('case and a trailing slash matter exactly as they do to the router', async t => {
	await overQuotaGets(
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

test('the last matching route of an exclusive router decides, as it is the one that runs', async t => {
	await overQuotaGets(
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

test('in a router that is exclusive by specificity, the route with the fewest parameters decides', async t => {
	await overQuotaGets(
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

test('a mark in a host-bound router is foreseen only for that host', async t => {
	const routes = (router: Router) => {
		router.host = 'open.example';
		router.get('/open', bypass(), ok);
	};

	await overQuotaGets(t, routes, {'GET /open': 200}, {Host: 'open.example'});
	await overQuotaGets(t, routes, {'GET /open': 429}, {Host: 'closed.example'});
	await overQuotaGets(t, routes, {'GET /open': 429}, {Host: 'open.example.evil'});
});

test('a route with a stateful regular expression exempts nothing, since a match would change it', async t => {
	const {http, pass} = await overQuota(router => {
		router.get(/^\/open/g, bypass(), ok);
	});

	t.is((await http.get('/open')).status, 429);
	pass(60_000);
	t.is((await http.get('/open')).status, 200);
});

test('a host that is a stateful regular expression exempts nothing', async t => {
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

test('a mark on a route with a regular expression is foreseen', async t => {
	await overQuotaGets(t, router => router.get(/^\/open\d+$/, bypass(), ok), {
		'GET /open7': 200,
		'GET /open': 429,
	});
});
