import {createRequire} from 'node:module';
import {Router} from '@koa/router';
import test from 'ava';
import Koa3 from 'koa';
import supertest from 'supertest';
import {bypass, gatekeeper, specific} from '../source/index.ts';
import {ok} from './support/handlers.ts';
import {manualClockStore} from './support/manual-clock.ts';

/** Koa 2 is installed under another name. The types of @types/koa fit both versions. */
const Koa2 = createRequire(import.meta.url)('koa-2') as typeof Koa3;

for (const [name, Koa] of [
	['koa 2', Koa2],
	['koa 3', Koa3],
] as const) {
	test(`limits, bans, marks, errors and custom bodies work on ${name}`, async t => {
		const app = new Koa();
		const router = new Router();
		app.silent = true;
		app.use(
			gatekeeper({
				rateLimitRule: [3, 60],
				banRule: [1, 60, 600],
				store: manualClockStore().store,
				onRefused: (ctx, {kind}) => {
					if (kind === 'banned') {
						ctx.body = '<b>banned</b>';
					}
				},
			}),
		);
		router.get('/throw', ctx => ctx.throw(418));
		router.get('/open', bypass(), ok);
		router.get('/alone', specific([1, 60], {standalone: true}), ctx => {
			ctx.report();
			ctx.body = 'ok';
		});
		app.use(router.routes());
		const http = supertest.agent(app.callback());

		t.is((await http.get('/throw')).headers.ratelimit, '"global";r=2;t=60');
		await http.get('/nowhere');
		await http.get('/nowhere');
		const limited = await http.get('/nowhere');
		t.is(limited.status, 429);
		t.is(limited.text, `rate limited for 60s (over 3 requests in a 60s window)\n`);
		t.is((await http.get('/open')).status, 200);
		t.is((await http.get('/alone')).status, 200);
		const banned = await http.get('/alone');
		t.is(banned.status, 403);
		t.is(banned.text, '<b>banned</b>');
		t.is(banned.headers['content-type'], 'text/html; charset=utf-8');
		t.is((await http.get('/open')).status, 200);
	});
}
