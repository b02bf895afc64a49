import {Router} from '@koa/router';
import test from 'ava';
import Koa from 'koa';
import {bypass, gatekeeper} from '../../source/index.ts';
import {ok} from '../support/handlers.ts';
import {manualClockStore} from '../support/manual-clock.ts';
import {agents} from '../support/servers.ts';

test('a request that passes one gate several times counts once', async t => {
	const app = new Koa();
	const router = new Router();
	const gate = gatekeeper({rateLimitRule: [2, 60], store: manualClockStore().store});
	router.use(gate).get('/ping', ok).get('/open', bypass(), ok);
	app.use(gate).use(gate).use(router.routes());
	const {http} = agents(app);

	t.is((await http.get('/ping')).headers.ratelimit, '"global";r=1;t=60');
	t.is((await http.get('/ping')).headers.ratelimit, '"global";r=0;t=60');
	t.is((await http.get('/ping')).status, 429);
});

test('a request that has left a gate is counted when it enters the gate again', async t => {
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
