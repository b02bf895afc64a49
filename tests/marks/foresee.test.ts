import {Router} from '@koa/router';
import test from 'ava';
import {bypass, specific} from '../../source/index.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok, passOn} from '../support/handlers.ts';
import {overQuotaGets, statuses} from '../support/over-quota.ts';

test('a mark may be anywhere among the functions of its route', async t => {
	await overQuotaGets(t, router => router.get('/open', passOn, passOn, bypass(), ok), {
		'GET /open': 200,
	});
});

test('a mark on a route with parameters is foreseen for every path that matches', async t => {
	await overQuotaGets(
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

test('a mark in router.use() covers the routes under its path that are registered after it', async t => {
	await overQuotaGets(
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

test('a mark in router.use() without a path covers its whole router', async t => {
	await overQuotaGets(
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

test('the first of several matching routes decides: a marked one exempts', async t => {
	await overQuotaGets(
		t,
		router => {
			router.get('/items/new', bypass(), ok);
			router.get('/items/:id', ok);
		},
		{'GET /items/new': 200, 'GET /items/7': 429},
	);
});

test('the first of several matching routes decides: an unmarked one does not exempt', async t => {
	await overQuotaGets(
		t,
		router => {
			router.get('/items/:id', passOn);
			router.get('/items/new', bypass(), ok);
		},
		{'GET /items/new': 429},
	);
});

test('a marked route that passes a request on covers the next route too', async t => {
	await overQuotaGets(
		t,
		router => {
			router.get('/items/new', bypass(), passOn);
			router.get('/items/:id', ok);
		},
		{'GET /items/new': 200},
	);
});

test('a catch-all behind a marked route is not exempt, and does not hide the mark', async t => {
	await overQuotaGets(
		t,
		router => {
			router.get('/open', bypass(), ok);
			router.all('/{*any}', ok);
		},
		{'GET /open': 200, 'POST /open': 429, 'GET /opens': 429},
	);
});

test('HEAD runs a marked GET route, and is exempt like GET', async t => {
	await overQuotaGets(t, router => router.get('/open', bypass(), ok), {'HEAD /open': 200});
});

test('a request that no marked route takes is not exempt: a 405 or a 404', async t => {
	await overQuotaGets(
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

test('requests that get a 405 or a 404 count like any others', async t => {
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
