import {once} from 'node:events';
import {connect, createServer} from 'node:http2';
import type {AddressInfo} from 'node:net';
import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import {bypass} from '../../source/index.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok, overrideMethod} from '../support/handlers.ts';
import {latch, until} from '../support/latch.ts';
import {warnings} from '../support/warnings.ts';

function logins(handled: {count: number}, count = 3, wait: () => Promise<void> = async () => {}) {
	return gatedApp({rateLimitRule: [count, 60], excludedMethods: ['OPTIONS']}, (router, app) => {
		app.use(async (_ctx, next) => {
			await wait();
			return next();
		});
		app.use(overrideMethod);
		router.post('/login', ctx => {
			handled.count += 1;
			ok(ctx);
		});
		router.options('/login', ok).get('/open', bypass(), ok);
	});
}

test.serial(
	'a request of an excluded method that is rewritten behind the gate is counted late',
	async t => {
		const handled = {count: 0};
		const seen = warnings(t);
		const {http, pass} = logins(handled);
		const rewritten = async () => (await http.options('/login').set('X-Method', 'POST')).status;

		const statuses = [];
		for (let round = 0; round < 50; round += 1) {
			statuses.push(await rewritten());
		}

		t.is(handled.count, 4, 'the quota, and one beyond');
		t.deepEqual(new Set(statuses.slice(4)), new Set([429]));
		t.is((await http.options('/login')).status, 429, 'this client is no longer exempt');
		pass(60_000);
		t.is((await http.options('/login')).status, 200);
		t.deepEqual(await seen.codes(), ['GATEKEEPER_METHOD_REWRITTEN']);
	},
);

test('a ban holds for an excluded method, rewritten or not', async t => {
	const handled = {count: 0};
	const {http, gate} = logins(handled);
	await http.options('/login').set('X-Method', 'POST');
	t.is(handled.count, 1);

	await gate.ban('127.0.0.1');
	t.is((await http.options('/login').set('X-Method', 'POST')).status, 403);
	t.is(handled.count, 1);
});

test('after a rewrite, a client may have no more requests in flight on trust than its quota', async t => {
	const handled = {count: 0};
	const {all, release} = latch();
	let waiting = 0;
	const {http, pass} = logins(handled, 3, async () => {
		if (handled.count > 0) {
			waiting += 1;
			await all;
		}
	});
	const rewritten = async () => (await http.options('/login').set('X-Method', 'POST')).status;
	await rewritten();
	pass(60_000);

	const parallel = Array.from({length: 20}, rewritten);
	await until(() => waiting === 6);
	await Promise.race(parallel);
	release();
	const statuses = await Promise.all(parallel);
	t.is(statuses.filter(status => status === 429).length, 14);
	t.is(handled.count, 1 + 6, '3 on trust, and 3 within the quota');
});

test('a method is excluded only in upper case: to Node.js, head is not HEAD', async t => {
	const {app} = gatedApp({rateLimitRule: [3, 60], excludedMethods: ['head']}, router => {
		router.get('/page', ok);
	});
	const server = createServer(app.callback()).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
	t.teardown(() => {
		session.destroy();
		server.close();
	});
	const ask = async (method: string) => {
		const stream = session.request({':method': method, ':path': '/page'});
		const [headers] = await once(stream, 'response');
		stream.resume();
		return headers[':status'];
	};

	t.deepEqual([await ask('head'), await ask('head'), await ask('head')], [200, 200, 200]);
	t.is(await ask('head'), 429);
	t.is(await ask('HEAD'), 200);
});

test('an excluded method whose route has a mark for it is counted late, if its request is broken off and then rewritten', async t => {
	const handled = {count: 0};
	const {http, gate} = gatedApp(
		{rateLimitRule: [5, 60], excludedMethods: ['OPTIONS']},
		(router, koa) => {
			koa.use(async (ctx, next) => {
				await setImmediate();
				if (ctx.get('X-Method')) {
					ctx.res.emit('close');
					await setImmediate();
				}

				return next();
			});
			koa.use(overrideMethod);
			router.options('/page', bypass(), ok).post('/page', ctx => {
				handled.count += 1;
				ok(ctx);
			});
		},
	);
	for (let round = 0; round < 20; round += 1) {
		await http.options('/page').set('X-Method', 'POST');
	}

	t.is(handled.count, 6, 'the quota, and one beyond');
	t.is((await gate.inspect('127.0.0.1')).limits[0]?.remaining, 0);
});

test('a client whose ban was lifted has its excluded methods exempt again', async t => {
	const {http, gate, pass} = gatedApp(
		{banRule: [3, 60, '1d'], rateLimitRule: [5, 60], excludedMethods: ['OPTIONS']},
		(router, app) => {
			app.use(overrideMethod);
			router.options('/page', ok).post('/login', ctx => {
				ctx.report();
				ctx.throw(401);
			});
		},
	);
	for (let guess = 0; guess < 3; guess += 1) {
		await http.options('/login').set('X-Method', 'POST');
	}

	t.is((await http.options('/page')).status, 403);
	await gate.unban('127.0.0.1');
	pass(60_000);
	const statuses = [];
	for (let round = 0; round < 8; round += 1) {
		statuses.push((await http.options('/page')).status);
	}

	t.deepEqual([...new Set(statuses)], [200]);
});

test.serial('a method that a handler changes behind a mark is no rewrite', async t => {
	const seen = warnings(t);
	const {http, gate} = gatedApp({rateLimitRule: [5, 60], excludedMethods: ['OPTIONS']}, router => {
		router.options('/page', bypass(), ctx => {
			ctx.method = 'GET';
			ok(ctx);
		});
	});

	t.is((await http.options('/page')).status, 200);
	t.deepEqual(await seen.codes(), []);
	t.is((await gate.inspect('127.0.0.1')).limits[0]?.remaining, 5);
});
