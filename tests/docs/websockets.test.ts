import {once} from 'node:events';
import {get, type IncomingMessage, type Server} from 'node:http';
import {connect as connectHttp2, createServer, type ServerHttp2Session} from 'node:http2';
import {connect} from 'node:net';
import test, {type ExecutionContext} from 'ava';
import {WebSocket, type WebSocketServer} from 'ws';
import {refuseUpgrade} from '../../source/index.ts';
import {ok} from '../support/handlers.ts';
import {latch, until} from '../support/latch.ts';
import {browse} from '../support/lured.ts';
import {raw} from '../support/raw.ts';
import {openRecipe, repeat} from '../support/recipe.ts';
import {portOf, serve} from '../support/servers.ts';

const page = 'docs/websockets.md';
const alice = '203.0.113.7';
const headers = {'X-Forwarded-For': alice};

function opened(t: ExecutionContext, port: number): WebSocket {
	const socket = new WebSocket(`ws://127.0.0.1:${port}/`, {headers});
	socket.on('error', () => {});
	t.teardown(() => socket.terminate());
	return socket;
}

test('with ws, an upgrade is admitted, counted with other requests, and refused when banned', async t => {
	const {own, app, from} = await openRecipe(t, page, 'Check upgrades');
	const server = own.server as Server;
	t.teardown(() => server.close());
	await once(server, 'listening');
	app.use(ok);

	const first = opened(t, portOf(server));
	await once(first, 'open');
	t.is((await from(alice).get('/')).headers.ratelimit, '"global";r=98;t=60');
	await own.gate.ban(alice, {duration: 60});
	const second = opened(t, portOf(server));
	const [, response] = (await once(second, 'unexpected-response')) as [unknown, IncomingMessage];
	t.is(response.statusCode, 403);
	t.is(response.headers['retry-after'], '60');
});

test('a ban ends the streams and sockets that are open', async t => {
	const {own, app, router} = await openRecipe(t, page, 'End sockets and streams with a ban');
	app.use(router.routes());
	const {port} = await serve(t, app);
	const request = get({port, path: '/events', headers});
	const [response] = (await once(request, 'response')) as [IncomingMessage];
	const [chunk] = await once(response, 'data');
	t.is(String(chunk), 'data: hello\n\n');

	const open = own.open as ReadonlyMap<string, ReadonlySet<() => void>>;
	t.deepEqual([...open.keys()], [alice]);
	const ended = once(response, 'end');
	await own.gate.ban(alice, {duration: 60});
	await ended;
	t.is(response.statusCode, 200);

	const sockets = own.sockets as WebSocketServer;
	const server = app.listen(0, '127.0.0.1');
	t.teardown(() => server.close());
	await once(server, 'listening');
	server.on('upgrade', async (req, socket, head) => {
		t.is(await own.gate.check(app, req), undefined);
		sockets.handleUpgrade(req, socket, head, client => sockets.emit('connection', client, req));
	});
	await own.gate.unban(alice);
	const socket = opened(t, portOf(server));
	await once(socket, 'open');
	await own.gate.ban(alice, {duration: 60});
	const [code, reason] = await once(socket, 'close');
	t.is(code, 1008);
	t.is(String(reason), 'banned');
	await until(() => open.size === 0);
});

test('a stream that is pipelined behind another is refused, so that nothing of it stays', async t => {
	const {own, app, router} = await openRecipe(t, page, 'End sockets and streams with a ban');
	app.use(router.routes());
	const {port} = await serve(t, app);
	const open = own.open as ReadonlyMap<string, ReadonlySet<() => void>>;
	const socket = connect(port, '127.0.0.1');
	socket.write(`GET /events HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${alice}\r\n\r\n`.repeat(20));
	await until(() => own.gate.stats().admitted === 20);

	t.is(open.get(alice)?.size, 1);
	socket.destroy();
	await until(() => open.size === 0);
});

test('nor does anything stay of a stream over HTTP/2 that is gone before its handler runs', async t => {
	const {own, app, router} = await openRecipe(t, page, 'End sockets and streams with a ban');
	app.use(router.routes());
	const {all: gone, release} = latch();
	const arrived = latch();
	app.middleware.splice(1, 0, async (_ctx, next) => {
		arrived.release();
		await gone;
		await next();
	});
	const server = createServer(app.callback()).listen(0, '127.0.0.1');
	t.teardown(() => server.close());
	await once(server, 'listening');
	const session = connectHttp2(`http://127.0.0.1:${portOf(server)}`);
	session.request({':path': '/events', ...headers}).on('error', () => {});
	const [ofServer] = (await once(server, 'session')) as [ServerHttp2Session];
	await arrived.all;
	session.destroy();
	await once(ofServer, 'close');
	release();
	await until(() => own.gate.stats().admitted === 1);

	t.is((own.open as ReadonlyMap<string, unknown>).size, 0);
});

test('a banned client whose WebSocket does not reply to its end is cut off, and is not heard', async t => {
	const {own, app} = await openRecipe(t, page, 'End sockets and streams with a ban');
	const {server, port} = await serve(t, app);
	const sockets = own.sockets as WebSocketServer;
	const heard: string[] = [];
	sockets.on('connection', socket => socket.on('message', data => heard.push(String(data))));
	server.on('upgrade', async (req, socket, head) => {
		await own.gate.check(app, req);
		sockets.handleUpgrade(req, socket, head, client => sockets.emit('connection', client, req));
	});
	const socket = connect(port, '127.0.0.1');
	t.teardown(() => socket.destroy());
	socket.write(
		`GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${alice}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
	);
	await once(socket, 'data');
	/** A masked frame of text. */
	const send = (text: string) =>
		socket.write(Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0, ...Buffer.from(text)]));
	send('before');
	await until(() => heard.length === 1);

	const closed = once(socket.resume(), 'close');
	await own.gate.ban(alice, {duration: 60});
	send('after');
	socket.on('error', () => {});
	await closed;
	t.deepEqual(heard, ['before']);
});

test('a listener reports clients that a limit refuses, upgrades too, but for browsers and full accounts', async t => {
	const {own, app, from, router, specific} = await openRecipe(
		t,
		page,
		'Report upgrades that a limit refuses',
	);
	const perAccount = specific(
		{count: 1, window: 60, name: 'account'},
		{key: ctx => ctx.get('X-Account')},
	);
	router.get('/login', perAccount, ok);
	app.use(router.routes());
	const {server, port} = await serve(t, app);
	server.on('upgrade', async (req, socket) => {
		await own.gate.check(app, req);
		refuseUpgrade(socket, {status: 429, text: 'refused'});
	});
	const upgrade = (client: string, field: string) =>
		raw(
			port,
			`GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${client}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${field}\r\n`,
		);
	const get = (client: string) => from(client).get('/ping');
	const reports = async (client: string) => (await own.gate.inspect(client)).reports;
	const lured = '203.0.113.8';
	for (const client of [alice, lured]) {
		t.deepEqual(await repeat(100, () => get(client)), Array(100).fill(200));
	}

	t.deepEqual(new Set(await browse(from(lured), '/ping')), new Set([429]));
	await upgrade(lured, 'Origin: https://elsewhere.example\r\n');
	t.is(await reports(lured), 0);
	await upgrade(alice, '');
	t.is(await reports(alice), 1);
	t.is((await get(alice)).status, 429);
	t.is(await reports(alice), 2);

	const login = (client: string) => from(client).get('/login').set('X-Account', 'ann');
	t.is((await login('203.0.113.9')).status, 200);
	t.is((await login('203.0.113.10')).status, 429, 'another has used up the quota of the account');
	t.is(await reports('203.0.113.10'), 0);
});

test('Socket.IO asks the gate once for each session', async t => {
	const {own} = await openRecipe(t, page, 'Socket.IO');
	const io = own.io as {readonly httpServer: Server; close(): Promise<void>};
	t.teardown(() => io.close());
	await once(io.httpServer, 'listening');
	const handshake = async () => {
		const url = `http://127.0.0.1:${portOf(io.httpServer)}/socket.io/?EIO=4&transport=polling`;
		const response = await fetch(url, {headers});
		return [response.status, await response.text()] as const;
	};

	const [status, body] = await handshake();
	t.is(status, 200);
	t.regex(body, /^0\{"sid":/);
	t.is(own.gate.stats().admitted, 1);
	await own.gate.ban(alice, {duration: 60});
	const [refused, text] = await handshake();
	t.is(refused, 403);
	t.regex(text, /banned for 60s/);
});
