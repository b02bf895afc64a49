import cors from '@koa/cors';
import test from 'ava';
import {gatedApp} from './support/gated-app.ts';

test('with CORS before the gate, preflights are not counted, and scripts can read refusals', async t => {
	const {http} = gatedApp({rateLimitRule: [1, 60]}, (router, app) => {
		app.middleware.unshift(cors({exposeHeaders: ['Retry-After', 'RateLimit', 'RateLimit-Policy']}));
		router.get('/throw', ctx => ctx.throw(418));
	});
	const origin = {Origin: 'https://example.com'};
	const preflight = {...origin, 'Access-Control-Request-Method': 'GET'};

	t.is((await http.options('/ping').set(preflight)).status, 204);
	t.is((await http.options('/ping').set(preflight)).status, 204);

	const thrown = await http.get('/throw').set(origin);
	t.is(thrown.status, 418);
	t.is(thrown.headers.ratelimit, '"global";r=0;t=60');

	const refused = await http.get('/ping').set(origin);
	t.is(refused.status, 429);
	for (const {headers} of [thrown, refused]) {
		t.is(headers['access-control-allow-origin'], '*');
		t.is(headers['access-control-expose-headers'], 'Retry-After,RateLimit,RateLimit-Policy');
	}
});
