import {setImmediate} from 'node:timers/promises';
import {Router} from '@koa/router';
import test from 'ava';
import Koa, {type Context, type Next} from 'koa';
import {bypass, gatekeeper, MemoryStore, type Store} from '../../source/index.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok, report} from '../support/handlers.ts';
import {statuses} from '../support/over-quota.ts';
import {agents} from '../support/servers.ts';

test('ctx.state.gatekeeper shows the client, the exemption and the verdict, to middlewares before the gate too', async t => {
	const states: unknown[] = [];
	const {http} = gatedApp({rateLimitRule: [1, 60], excludedMethods: ['HEAD']}, (_router, app) => {
		app.middleware.unshift(async (ctx: Context, next: Next) => {
			await next();
			const {client, exemption, verdict} = ctx.state.gatekeeper;
			states.push([client, exemption, verdict.kind]);
			states.push(Object.keys(JSON.parse(JSON.stringify(ctx.state)).gatekeeper));
		});
	});

	await http.get('/ping');
	await http.get('/ping');
	await http.head('/ping');
	t.deepEqual(states, [
		['127.0.0.1', undefined, 'admitted'],
		['client', 'verdict'],
		['127.0.0.1', undefined, 'limited'],
		['client', 'verdict'],
		['127.0.0.1', 'method', 'admitted'],
		['client', 'exemption', 'verdict'],
	]);
});

test('with two gates, ctx.report() and ctx.state belong to the one nearer to the handler, and a mark exempts from both', async t => {
	const app = new Koa();
	const outer = gatekeeper({
		rateLimitRule: {count: 1, window: 60, name: 'outer'},
		banRule: [9, 60, 60],
	});
	const inner = gatekeeper({
		rateLimitRule: {count: 2, window: 60, name: 'inner'},
		banRule: [9, 60, 60],
	});
	const router = new Router();
	router.use(inner);
	router.get('/open', bypass(), ok).get('/closed', report);
	const seen: unknown[] = [];
	app.use(outer);
	app.use(async (ctx, next) => {
		const before = ctx.state.gatekeeper;
		await next();
		seen.push(before === ctx.state.gatekeeper);
	});
	app.use(router.routes());
	const {http} = agents(app);

	const first = await http.get('/closed');
	t.is(first.headers.ratelimit, '"inner";r=1;t=60');
	t.is(first.headers['ratelimit-policy'], '"inner";q=2;w=60');
	t.deepEqual(first.body, {reports: 1, banned: false});
	t.deepEqual(await outer.report('127.0.0.1'), {reports: 1, banned: false});
	t.deepEqual(await inner.report('127.0.0.1'), {reports: 2, banned: false});
	t.is((await http.get('/closed')).status, 429, 'from the outer gate');
	t.deepEqual(await statuses(http, ['GET /open', 'HEAD /open']), {
		'GET /open': 200,
		'HEAD /open': 200,
	});
	t.true(seen.length > 0 && seen.every(Boolean));
});

test('a request leaves the gate only after its reports have settled', async t => {
	const steps: string[] = [];
	const store: Store = new MemoryStore();
	const slow = forwardTo(store, {
		report: async (...report) => {
			for (let turn = 0; turn < 10; turn += 1) {
				await setImmediate();
			}

			steps.push('report settled');
			return store.report(...report);
		},
	});
	const {http} = gatedApp({banRule: [3, 60, 600], store: slow}, (router, app) => {
		app.middleware.unshift((_ctx, next) =>
			next().finally(() => {
				steps.push('request left');
			}),
		);
		router.get('/login', ctx => {
			ctx.report();
			ctx.throw(401);
		});
	});

	t.is((await http.get('/login')).status, 401);
	t.deepEqual(steps, ['report settled', 'request left']);
});

test('a request keeps only reports in flight', async t => {
	let most = 0;
	const {http} = gatedApp({banRule: [1_000_000, 60, 600]}, router => {
		router.get('/lines', async ctx => {
			const {unsettled} = ctx.state.gatekeeper as unknown as {unsettled: Set<unknown>};
			for (let line = 0; line < 100; line += 1) {
				ctx.report();
				await setImmediate();
				most = Math.max(most, unsettled.size);
			}

			ctx.body = await ctx.report();
		});
	});

	t.is((await http.get('/lines')).body.reports, 101);
	t.is(most, 0);
});
