import {once} from 'node:events';
import {mkdtemp, rm} from 'node:fs/promises';
import {
	connect,
	createServer,
	type Http2ServerResponse,
	type IncomingHttpHeaders,
	type IncomingHttpStatusHeader,
	type ServerHttp2Stream,
} from 'node:http2';
import {connect as connectSocket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type Koa from 'koa';
import {bypass, specific} from '../source/index.ts';
import {gatedApp} from './support/gated-app.ts';
import {ok, who} from './support/handlers.ts';
import {until} from './support/latch.ts';
import {portOf} from './support/servers.ts';

interface Http2Response {
	readonly headers: IncomingHttpHeaders & IncomingHttpStatusHeader;
	readonly body: string;
}

/** Serves an app over HTTP/2. The function returned sends a request over the one connection. */
async function http2(
	t: ExecutionContext,
	app: Koa,
): Promise<(path: string, headers?: Record<string, string>) => Promise<Http2Response>> {
	const server = createServer(app.callback());
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const port = portOf(server);
	const session = connect(`http://127.0.0.1:${port}`);
	t.teardown(() => {
		session.destroy();
		server.close();
	});

	return (path, headers = {}) =>
		new Promise((resolve, reject) => {
			const stream = session.request({':path': path, ...headers});
			let body = '';
			let responseHeaders: Http2Response['headers'] = {};
			stream.setEncoding('utf8');
			stream.on('response', received => {
				responseHeaders = received;
			});
			stream.on('data', chunk => {
				body += chunk;
			});
			stream.on('end', () => resolve({headers: responseHeaders, body}));
			stream.on('error', reject);
		});
}

function streamOf({res}: Koa.Context): ServerHttp2Stream {
	return (res as unknown as Http2ServerResponse).stream;
}

test('over HTTP/2 clients are limited, reported and banned as over HTTP/1.1', async t => {
	const {app, pass} = gatedApp({rateLimitRule: [4, 60], banRule: [2, 60, 600]}, router => {
		router.get('/report', ctx => {
			ctx.report();
			ctx.throw(401);
		});
		router.get('/open', bypass(), who);
		router.get('/alone', specific({count: 1, window: 10, name: 'alone'}, {standalone: true}), ok);
	});
	const get = await http2(t, app);

	t.is((await get('/open')).body, '127.0.0.1');
	const admitted = await get('/ping');
	t.is(admitted.headers[':status'], 200);
	t.is(admitted.headers.ratelimit, '"global";r=3;t=60');
	t.is((await get('/alone')).headers.ratelimit, '"alone";r=0;t=10');
	t.is((await get('/alone')).headers[':status'], 429);

	const thrown = await get('/report');
	t.is(thrown.headers[':status'], 401);
	t.is(thrown.headers.ratelimit, '"global";r=2;t=60');
	t.is((await get('/report')).headers[':status'], 401);
	const banned = await get('/ping', {accept: 'application/problem+json'});
	t.is(banned.headers[':status'], 403);
	t.is(banned.headers['retry-after'], '600');
	t.is(banned.headers['content-type'], 'application/problem+json');
	t.is(JSON.parse(banned.body).status, 403);
	t.is((await get('/open')).headers[':status'], 200);

	pass(600_000);
	const statuses = await Promise.all(
		Array.from({length: 6}, async () => (await get('/ping')).headers[':status']),
	);
	t.deepEqual(statuses.toSorted(), [200, 200, 200, 200, 429, 429]);
	const limited = await get('/ping');
	t.is(limited.headers['retry-after'], '60');
	t.is(limited.headers['cache-control'], 'private, no-store');
	t.is(limited.body, 'rate limited for 60s (over 4 requests in a 60s window)\n');
});

test('over HTTP/2 a mark in a host-bound router is foreseen by the authority', async t => {
	const {app} = gatedApp({rateLimitRule: [1, 60]}, router => {
		router.host = 'open.example';
		router.get('/open', bypass(), ok);
	});
	const get = await http2(t, app);

	await get('/spend');
	t.is((await get('/open', {':authority': 'open.example'})).headers[':status'], 200);
	t.is((await get('/open', {':authority': 'other.example'})).headers[':status'], 429);
});

test('over HTTP/2 a method in lower case runs its route, but is not excluded: to Node.js it is another method', async t => {
	const {app} = gatedApp({rateLimitRule: [1, 60], excludedMethods: ['DELETE']}, router => {
		router.get('/open', bypass(), ok);
	});
	const get = await http2(t, app);

	await get('/spend');
	t.is((await get('/open', {':method': 'get'})).headers[':status'], 200);
	t.is((await get('/ping', {':method': 'get'})).headers[':status'], 429);
	t.is((await get('/ping', {':method': 'delete'})).headers[':status'], 429);
	t.is((await get('/ping', {':method': 'DELETE'})).headers[':status'], 404);
});

test('over HTTP/2 a client whose connection has ended does not pass for a Unix socket or an adapter, whatever its header says', async t => {
	const seen: string[] = [];
	const {app} = gatedApp(
		{ipHeader: 'X-Forwarded-For', trustedProxies: ['10.0.0.1', 'no-address']},
		(router, koa) => {
			koa.middleware.unshift(async (ctx, next) => {
				const {socket} = ctx.req;
				await until(() => socket.remoteAddress === undefined && socket.localAddress === undefined);
				await next();
				seen.push(`${ctx.status}`);
			});
			router.get('/who', ctx => {
				seen.push(ctx.state.gatekeeper.client);
			});
		},
	);
	const server = createServer(app.callback());
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	t.teardown(() => server.close());
	const port = portOf(server);

	let requests = 0;
	server.on('stream', () => {
		requests += 1;
	});

	for (let round = 0; round < 60; round += 1) {
		const socket = connectSocket(port, '127.0.0.1');
		const session = connect('http://localhost', {createConnection: () => socket});
		const stream = session.request({':path': '/who', 'x-forwarded-for': '203.0.113.7'});
		for (const emitter of [socket, session, stream]) {
			emitter.on('error', () => {});
		}

		await once(socket, 'connect');
		await new Promise(setImmediate);
		const leave = [() => socket.end(), () => socket.destroy(), () => session.destroy()];
		leave[round % 3]?.();
		await once(socket, 'close');
		session.destroy();
	}

	await until(() => seen.length >= requests);
	t.true(requests > 20);
	t.deepEqual(seen, Array(requests).fill('400'));
});

test('over HTTP/2 a peer on a Unix socket is a trusted proxy', async t => {
	const folder = await mkdtemp(join(tmpdir(), 'gatekeeper-'));
	const path = join(folder, 'socket');
	const {app} = gatedApp({ipHeader: 'X-Forwarded-For'}, router => {
		router.get('/who', who);
	});
	const server = createServer(app.callback());
	await new Promise<void>(resolve => {
		server.listen(path, resolve);
	});
	const session = connect('http://localhost', {createConnection: () => connectSocket(path)});
	t.teardown(async () => {
		session.destroy();
		server.close();
		await rm(folder, {recursive: true});
	});

	const stream = session.request({':path': '/who', 'x-forwarded-for': '203.0.113.7'});
	stream.setEncoding('utf8');
	const body: string[] = [];
	for await (const chunk of stream) {
		body.push(String(chunk));
	}

	t.is(body.join(''), '203.0.113.7');
});

test('over HTTP/2, a HEAD request is reported by its status, and gives back its place, too', async t => {
	const {app, gate} = gatedApp({
		rateLimitRule: {count: 5, window: 60, countWhen: [404]},
		banRule: [2, 60, 600],
		reportWhen: [404],
	});
	const send = await http2(t, app);
	const head = async (path: string) => (await send(path, {':method': 'HEAD'})).headers[':status'];

	for (let request = 0; request < 8; request += 1) {
		t.is(await head('/ping'), 200);
	}

	t.is(await head('/nowhere'), 404);
	t.is(await head('/nowhere'), 404);
	t.is(await head('/ping'), 403);
	t.is(gate.stats().reports, 2);
});

test('over HTTP/2, what a handler sends by the stream itself counts by the status that it sends', async t => {
	const {app, gate} = gatedApp({banRule: [9, 60, 600], reportWhen: [404]}, router => {
		const failures = specific({count: 2, window: 60, name: 'failures', countWhen: [401]});
		router.get('/stream/:status', failures, ctx => {
			streamOf(ctx).respond({':status': Number(ctx.params.status)}, {endStream: true});
		});
	});
	const get = await http2(t, app);
	const remaining = async () => (await gate.inspect('127.0.0.1')).limits[0]?.remaining;

	t.is((await get('/stream/200')).headers[':status'], 200);
	t.is(await remaining(), 2);
	t.is((await get('/stream/401')).headers[':status'], 401);
	t.is(await remaining(), 1);
	t.is(gate.stats().reports, 0);
	t.is((await get('/stream/404')).headers[':status'], 404);
	t.is(gate.stats().reports, 1);
});

test('over HTTP/2, reportWhen sees what is sent by the stream itself after the handler when the response closes', async t => {
	const asked: number[] = [];
	let closed = false;
	const reportWhen = (_ctx: Koa.Context, status: number) => {
		asked.push(status);
		return false;
	};
	const {app} = gatedApp({banRule: [2, 60, 600], reportWhen}, router => {
		router.get('/stream', ctx => {
			ctx.respond = false;
			ctx.res.once('close', () => {
				closed = true;
			});
			setImmediate(() => streamOf(ctx).respond({':status': 403}, {endStream: true}));
		});
		router.get('/res', ctx => {
			ctx.respond = false;
			setImmediate(() => ctx.res.writeHead(404).end());
		});
	});
	const get = await http2(t, app);

	t.is((await get('/stream')).headers[':status'], 403);
	await until(() => closed);
	t.deepEqual(asked, [403]);
	t.is((await get('/res')).headers[':status'], 404);
	t.deepEqual(asked, [403, 404]);
});

test('over HTTP/2 the gate does not look at the message of a status, of which Node.js warns', async t => {
	const {app, gate} = gatedApp({}, router => {
		const failures = specific({count: 2, window: 60, name: 'failures', countWhen: [401]});
		router.get('/account', failures, ctx => {
			Object.defineProperty(ctx.res, 'statusMessage', {
				get() {
					looks += 1;
					return '';
				},
			});
			ctx.body = 'welcome';
		});
	});
	let looks = 0;
	const get = await http2(t, app);

	t.is((await get('/account')).body, 'welcome');
	t.like(await gate.inspect('127.0.0.1'), {limits: [{name: 'failures', remaining: 2}]});
	t.is(looks, 0);
});

test('Node.js drops a header whose value begins or ends with white space, so that it names no client', async t => {
	const {app} = gatedApp({ipHeader: 'X-Forwarded-For'}, router => {
		router.get('/who', ctx => {
			const {end} = ctx.state.gatekeeper.explain();
			ctx.body = end;
		});
	});
	const send = await http2(t, app);
	const sourceFor = async (value: string) => (await send('/who', {'x-forwarded-for': value})).body;

	const named = await sourceFor('203.0.113.7');
	for (const value of [' , 203.0.113.7', '203.0.113.7 ', '\u0001, 203.0.113.7']) {
		t.not(await sourceFor(value), named);
		t.is(await sourceFor(value), 'header-missing');
	}
});
