import {Router} from '@koa/router';
import test from 'ava';
import Koa from 'koa';
import {bypass, gatekeeper} from '../source/index.ts';
import {gatedApp} from './support/gated-app.ts';
import {ok} from './support/handlers.ts';
import {agents} from './support/servers.ts';

test('requests beyond the limit get 429 until the window has passed', async t => {
	const {http, pass} = gatedApp({rateLimitRule: [2, 10]});

	t.is((await http.get('/ping')).status, 200);
	pass(4000);
	t.is((await http.get('/ping')).status, 200);
	const refused = await http.get('/ping');
	t.is(refused.status, 429);
	t.is(refused.headers['retry-after'], '6');
	t.is(refused.text, 'rate limited for 6s (over 2 requests in a 10s window)\n');

	pass(6000);
	t.is((await http.get('/ping')).status, 200);
	t.is((await http.get('/ping')).status, 429);
});

test('one gate twice on the way of a request counts it once', async t => {
	const app = new Koa();
	const router = new Router();
	const gate = gatekeeper({rateLimitRule: [2, 60]});
	router.use(gate).get('/ping', ok).get('/open', bypass(), ok);
	app.use(gate).use(gate).use(router.routes());
	const {http} = agents(app);

	t.is((await http.get('/ping')).headers.ratelimit, '"global";r=1;t=60');
	t.is((await http.get('/ping')).headers.ratelimit, '"global";r=0;t=60');
	t.is((await http.get('/ping')).status, 429);
	t.is(gate.name, 'gatekeeper');
});

test('a gate that a request has left is no way around it', async t => {
	const app = new Koa();
	const gate = gatekeeper({rateLimitRule: [1, 60]});
	app.use(async (ctx, next) => {
		await gate(ctx, async () => {});
		await gate(ctx, next);
	});
	let reached = false;
	app.use(() => {
		reached = true;
	});

	t.is((await agents(app).http.get('/')).status, 429);
	t.false(reached);
});
