import {createRequire} from 'node:module';
import {Router} from '@koa/router';
import test from 'ava';
import Koa from 'koa';
import * as esModule from 'koa-gatekeeper';
import supertest from 'supertest';
import {ok} from './support/handlers.ts';

const require = createRequire(import.meta.url);
const commonJs: typeof esModule = require('koa-gatekeeper');

const pairs = [
	['an ES module', esModule, 'CommonJS', commonJs],
	['CommonJS', commonJs, 'an ES module', esModule],
] as const;

test('the package is an ES module and CommonJS, and they are not the same', t => {
	t.deepEqual(Object.keys(commonJs).sort(), Object.keys(esModule).sort());
	t.not(commonJs.gatekeeper, esModule.gatekeeper);
	t.truthy(require('koa-gatekeeper/redis').RedisStore);
	t.is(typeof require('koa-gatekeeper/dashboard').dashboard, 'function');
});

for (const [one, gatePackage, other, routePackage] of pairs) {
	test(`the gate of ${one} knows the routes, lists and stores of ${other}`, async t => {
		const app = new Koa();
		const router = new Router();
		const store = new routePackage.MemoryStore({clock: () => 0});
		const deny = new routePackage.AddressList([]);
		app.use(gatePackage.gatekeeper({banRule: [2, 60, 600], rateLimitRule: [1, 60], deny, store}));
		router.get('/open', routePackage.bypass(), ok);
		router.get('/own', routePackage.specific([1, 60], {standalone: true}), ok);
		router.get('/report', routePackage.bypass(), async ctx => {
			ctx.body = await ctx.report();
		});
		app.use(router.routes());
		const http = supertest.agent(app.callback());
		const get = async (path: string) => (await http.get(path)).status;

		t.deepEqual([await get('/'), await get('/')], [404, 429]);
		t.deepEqual([await get('/open'), await get('/open')], [200, 200]);
		t.deepEqual([await get('/own'), await get('/own')], [200, 429]);
		t.deepEqual((await http.get('/report')).body, {reports: 1, banned: false});
		await deny.replace(['127.0.0.1']);
		t.is(await get('/open'), 403);
	});

	test(`a gate of ${one} and one of ${other} on one request are inner and outer`, async t => {
		const app = new Koa();
		app.use(gatePackage.gatekeeper({rateLimitRule: {count: 9, window: 60, name: 'outer'}}));
		app.use(routePackage.gatekeeper({rateLimitRule: {count: 5, window: 60, name: 'inner'}}));
		app.use(ctx => {
			ctx.body = ctx.state.gatekeeper.outer?.client;
		});

		const {text, headers} = await supertest(app.callback()).get('/');
		t.is(text, '127.0.0.1');
		t.is(headers['ratelimit-policy'], '"inner";q=5;w=60');
	});
}

test('unnamed rules of both builds have names of their own, so that they share no counter', async t => {
	const app = new Koa();
	const store = new commonJs.MemoryStore({clock: () => 0});
	app.use(esModule.gatekeeper({rateLimitRule: [4, 60], store}));
	app.use(commonJs.gatekeeper({rateLimitRule: [4, 60], store}));
	const router = new Router();
	router.get('/a', esModule.specific([2, 60]), ok).get('/b', commonJs.specific([2, 60]), ok);
	app.use(router.routes());
	const http = supertest.agent(app.callback());
	const statuses: number[] = [];
	for (const path of ['/a', '/a', '/b', '/b', '/b']) {
		statuses.push((await http.get(path)).status);
	}

	t.deepEqual(statuses, [200, 200, 200, 200, 429]);
});

test('a ban that begins while a store fails holds at the gates of both builds', async t => {
	const failing: InstanceType<typeof esModule.MemoryStore> = new esModule.MemoryStore();
	const fail = () => {
		throw new Error('gone');
	};
	Object.assign(failing, {admit: fail, report: fail, ban: fail, shared: true});
	const gates = [esModule, commonJs].map(({gatekeeper}) => gatekeeper({store: failing}));
	await t.throwsAsync(gates[0]?.ban('127.0.0.1') ?? Promise.resolve());

	const statuses: number[] = [];
	for (const gate of gates) {
		statuses.push((await supertest(new Koa().use(gate).use(ok).callback()).get('/')).status);
	}

	t.deepEqual(statuses, [403, 403]);
});
