import {once} from 'node:events';
import {Agent, request} from 'node:http';
import {type AddressInfo, connect} from 'node:net';
import test, {type ExecutionContext} from 'ava';
import type {Context, Next} from 'koa';
import {bypass} from '../../source/index.ts';
import {whenClosed} from '../../source/response/when-closed.ts';
import {type GatedApp, gatedApp} from '../support/gated-app.ts';
import {ok, overrideMethod} from '../support/handlers.ts';
import {until} from '../support/latch.ts';

/** Begins requests whose bodies never end, and aborts them. The requests have reached the app before. */
async function abort(t: ExecutionContext, {app, reached}: Uploads, lines: readonly string[]) {
	const server = app.listen(0, '127.0.0.1');
	await once(server, 'listening');
	t.teardown(() => {
		server.close();
	});
	const {port} = server.address() as AddressInfo;
	for (const line of lines) {
		const before = reached.count;
		const socket = connect(port, '127.0.0.1');
		socket.write(`${line} HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\n\r\nabc`);
		await until(() => reached.count > before);
		socket.destroy();
		await reached.last;
	}
}

interface Uploads extends GatedApp {
	readonly reached: {count: number; last: Promise<unknown>};
}

/** An app that waits for the end of each body before the router, even if the client has gone. */
function uploads(): Uploads {
	const reached = {count: 0, last: Promise.resolve() as Promise<unknown>};
	const awaitBody = async ({req}: Context, next: Next) => {
		if (req.headers['x-hold']) {
			await new Promise(() => {});
		} else if (req.headers['content-length']) {
			reached.last = new Promise(resolve => req.socket.once('close', resolve));
			reached.count += 1;
			await new Promise(resolve => req.resume().on('end', resolve));
		}

		return next();
	};

	const gated = gatedApp({rateLimitRule: [3, 60], excludedMethods: ['OPTIONS']}, (router, app) => {
		app.use(awaitBody).use(overrideMethod);
		router.all('/hook', bypass(), ok).options('/page', ok).post('/page', ok);
	});

	return {...gated, reached};
}

test('aborted requests free their places in flight, and count as their marks have not run', async t => {
	const app = uploads();

	await abort(t, app, ['POST /hook', 'POST /hook', 'POST /hook']);
	t.is((await app.http.get('/ping')).status, 429);
	app.pass(60_000);
	t.is((await app.http.get('/hook')).status, 200);
	t.is((await app.http.get('/ping')).headers.ratelimit, '"global";r=2;t=60');
});

test('aborted requests that are pipelined behind another one free their places', async t => {
	const app = uploads();
	const held = 'OPTIONS /page HTTP/1.1\r\nHost: a.test\r\nX-Hold: 1\r\n\r\n';

	await abort(t, app, Array(3).fill(`${held}POST /hook`));
	app.pass(60_000);
	t.is((await app.http.get('/hook')).status, 200);
	t.is((await app.http.get('/ping')).headers.ratelimit, '"global";r=2;t=60');
});

test('a middleware that responds by itself and never settles holds no places on an open connection', async t => {
	const {app, http, pass} = gatedApp({rateLimitRule: [3, 60]}, (router, koa) => {
		koa.use(async (ctx, next) => {
			if (ctx.get('X-Own')) {
				ctx.respond = false;
				ctx.res.end('mine');
				await new Promise(() => {});
			}

			return next();
		});
		router.get('/hook', bypass(), ok);
	});
	const server = app.listen(0, '127.0.0.1');
	// On a busy machine it would close the connection while it is idle.
	server.keepAliveTimeout = 0;
	await once(server, 'listening');
	const agent = new Agent({keepAlive: true, maxSockets: 1});
	t.teardown(() => {
		agent.destroy();
		server.close();
	});
	const {port} = server.address() as AddressInfo;
	for (let sent = 0; sent < 3; sent += 1) {
		const sending = request({
			agent,
			port,
			host: '127.0.0.1',
			path: '/hook',
			headers: {'X-Own': '1'},
		});
		const [response] = await once(sending.end(), 'response');
		await once(response.resume(), 'end');
	}

	t.is((await http.get('/ping')).status, 429, 'they count');
	pass(60_000);
	t.is((await http.get('/hook')).status, 200);
	t.is((await http.get('/ping')).headers.ratelimit, '"global";r=2;t=60');
});

test('aborted requests of an excluded method free their places, and count, once one has been rewritten', async t => {
	const app = uploads();
	const rewritten = await app.http.options('/page').set('X-Method', 'POST');
	t.is(rewritten.status, 200);
	app.pass(60_000);

	await abort(t, app, ['OPTIONS /page', 'OPTIONS /page', 'OPTIONS /page']);
	t.is((await app.http.get('/ping')).status, 429);
	app.pass(60_000);
	t.is((await app.http.options('/page')).status, 200);
	t.is((await app.http.get('/ping')).headers.ratelimit, '"global";r=2;t=60');
});

test('a request whose method is rewritten, and which never comes back, is counted when its connection closes', async t => {
	const judged = {count: 0};
	const app = {
		...gatedApp({rateLimitRule: [3, 60], excludedMethods: ['OPTIONS']}, (router, koa) => {
			koa.use(async (ctx, next) => {
				if (ctx.get('Content-Length')) {
					ctx.method = 'POST';
				}

				return next();
			});
			router.post('/login', async ({req}) => {
				judged.count += 1;
				reached.last = new Promise(resolve => req.socket.once('close', resolve));
				reached.count += 1;
				await new Promise(() => {});
			});
		}),
	};
	const reached: Uploads['reached'] = {count: 0, last: Promise.resolve()};

	await abort(t, {...app, reached}, Array(4).fill('OPTIONS /login'));
	t.is(judged.count, 4, 'the quota, and one beyond');
	t.is((await app.http.options('/login').set('Content-Length', '0')).status, 429);
});

test('what waits for a connection that has closed already is called at once', t => {
	const called: string[] = [];
	const closedBefore = {req: {socket: {destroyed: true, once: () => {}}}} as unknown as Context;
	const standIn = {req: {socket: {}}} as unknown as Context;
	whenClosed(closedBefore, () => called.push('closed'))();
	whenClosed(standIn, () => called.push('stand-in'))();

	t.deepEqual(called, ['closed'], 'a stand-in for a connection never closes');
});
