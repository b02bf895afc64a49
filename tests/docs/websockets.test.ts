import {once} from 'node:events';
import {get, type IncomingMessage, type Server} from 'node:http';
import {connect as connectHttp2, createServer, type ServerHttp2Session} from 'node:http2';
import {connect, type Socket} from 'node:net';
import type {PassThrough} from 'node:stream';
import test, {type ExecutionContext} from 'ava';
import type Koa from 'koa';
import {WebSocket, type WebSocketServer} from 'ws';
import {refuseUpgrade} from '../../source/index.ts';
import {ok} from '../support/handlers.ts';
import {latch, until} from '../support/latch.ts';
import {browse} from '../support/lured.ts';
import {raw, statusOf} from '../support/raw.ts';
import {openRecipe, type Recipe, repeat} from '../support/recipe.ts';
import {portOf, serve} from '../support/servers.ts';

const page = 'docs/websockets.md';
const alice = '203.0.113.7';
const headers = {'X-Forwarded-For': alice};

function opened(t: ExecutionContext, port: number): WebSocket {
	const socket = new WebSocket(`ws://127.0.0.1:${port}/chat`, {headers});
	socket.on('error', () => {});
	t.teardown(() => socket.terminate());
	return socket;
}

/** Serves a recipe that begins behind an upgrade, with a listener that upgrades as that of the page does. */
async function serveUpgrades(t: ExecutionContext, {own, app}: Recipe): Promise<number> {
	const sockets = own.sockets as WebSocketServer;
	const {server, port} = await serve(t, app);
	server.on('upgrade', async (req, socket, head) => {
		t.is(await own.gate.check(app, req), undefined);
		sockets.handleUpgrade(req, socket, head, client => sockets.emit('connection', client, req));
	});

	return port;
}

function handshake(target: string): string {
	const key = 'dGhlIHNhbXBsZSBub25jZQ==';
	return `GET ${target} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${alice}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`;
}

/** The socket of an open WebSocket, to send over it what no client sends. */
async function bareWebSocket(t: ExecutionContext, port: number, target = '/chat'): Promise<Socket> {
	const socket = connect(port, '127.0.0.1').on('error', () => {});
	t.teardown(() => socket.destroy());
	socket.write(handshake(target));
	const [response] = await once(socket, 'data');
	t.is(statusOf(String(response)), 101);

	return socket;
}

/** What is no frame of a client. */
const badFrames = {
	'reserved bits': [0xff, 0],
	'an unknown opcode': [0x83, 0x80, 0, 0, 0, 0],
	'no mask': [0x81, 1, 0x61],
	'no UTF-8': [0x81, 0x81, 0, 0, 0, 0, 0xff],
	'an unknown code': [0x88, 0x82, 0, 0, 0, 0, 0, 1],
	'a length beyond all numbers': [0x82, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255],
} as const;

/** Sends each on a WebSocket of its own. All of these are closed, and the server responds as before. */
async function survivesBadFrames(t: ExecutionContext, port: number): Promise<void> {
	for (const [what, frame] of Object.entries(badFrames)) {
		const socket = await bareWebSocket(t, port);
		socket.write(Buffer.from(frame));
		const [reply] = (await once(socket, 'data')) as [Buffer];
		t.is(reply[0], 0x88, `${what}: a frame that closes the WebSocket`);
		socket.destroy();
	}

	t.regex(await raw(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'), /^HTTP\/1\.1 /);
}

test('without a listener to upgrades, Node.js hands them to Koa as GET requests, which the gate counts', async t => {
	const {own, app} = await openRecipe(t, page, 'End sockets and streams with a ban');
	app.use(ok);
	const {port} = await serve(t, app);

	t.is(statusOf(await raw(port, handshake('/'))), 200);
	t.is(own.gate.stats().admitted, 1);
	await own.gate.ban(alice);
	t.is(statusOf(await raw(port, handshake('/'))), 403);
});

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

test('with ws, no WebSocket is opened but on its path', async t => {
	const {own} = await openRecipe(t, page, 'Check upgrades');
	const server = own.server as Server;
	t.teardown(() => server.close());
	await once(server, 'listening');

	t.is(statusOf(await raw(portOf(server), handshake('/health'))), 400);
	await bareWebSocket(t, portOf(server), '/chat?user=ann');
});

test('a frame that breaks the protocol ends its WebSocket, and not the process', async t => {
	const {own} = await openRecipe(t, page, 'Check upgrades');
	const server = own.server as Server;
	t.teardown(() => server.close());
	await once(server, 'listening');

	await survivesBadFrames(t, portOf(server));
});

test('nor does it end the process in a recipe that begins behind the upgrade', async t => {
	const recipe = await openRecipe(t, page, 'End sockets and streams with a ban');

	await survivesBadFrames(t, await serveUpgrades(t, recipe));
	await until(() => (recipe.own.open as ReadonlyMap<string, unknown>).size === 0);
});

test('a ban ends the streams and sockets that are open', async t => {
	const recipe = await openRecipe(t, page, 'End sockets and streams with a ban');
	const {own, app, router} = recipe;
	app.use(router.routes());
	const {port} = await serve(t, app);
	const request = get({port, path: '/events', headers});
	const [response] = (await once(request, 'response')) as [IncomingMessage];
	const [chunk] = await once(response, 'data');
	t.is(String(chunk), 'data: hello\n\n');

	const open = own.open as ReadonlyMap<string, ReadonlySet<() => void>>;
	t.deepEqual([...open.keys()], [alice]);
	response.on('error', () => {}); // it is cut off
	await own.gate.ban(alice, {duration: 60});
	await until(() => response.closed);
	t.is(response.statusCode, 200);

	await own.gate.unban(alice);
	const socket = opened(t, await serveUpgrades(t, recipe));
	await once(socket, 'open');
	await own.gate.ban(alice, {duration: 60});
	const [code, reason] = await once(socket, 'close');
	t.is(code, 1008);
	t.is(String(reason), 'banned');
	await until(() => open.size === 0);
});

test('a ban ends the stream of a client that does not read', async t => {
	const {own, app, router} = await openRecipe(t, page, 'End sockets and streams with a ban');
	app.use(async (ctx, next) => {
		await next();
		(ctx.body as PassThrough).write(Buffer.alloc(32 * 1024 * 1024));
	});
	app.use(router.routes());
	const open = own.open as ReadonlyMap<string, unknown>;
	const {port} = await serve(t, app);
	const socket = connect(port, '127.0.0.1').on('error', () => {});
	socket.write(`GET /events HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${alice}\r\n\r\n`);
	await once(socket, 'readable');
	t.is(open.size, 1);
	await own.gate.ban(alice, {duration: 60});
	await until(() => open.size === 0);
	await own.gate.unban(alice);

	const server = createServer(app.callback()).listen(0, '127.0.0.1');
	t.teardown(() => server.close());
	await once(server, 'listening');
	const session = connectHttp2(`http://127.0.0.1:${portOf(server)}`);
	const request = session.request({':path': '/events', ...headers}).on('error', () => {});
	await once(request, 'response');
	t.is(open.size, 1);
	await own.gate.ban(alice, {duration: 60});
	await until(() => request.closed);
	t.is(open.size, 0);
	session.destroy();
});

test('a ban closes no connection before the headers of its stream are sent, and the next round does', async t => {
	const {own, app, router} = await openRecipe(t, page, 'End sockets and streams with a ban');
	const saving = latch();
	app.middleware.unshift(async (_ctx, next) => {
		await next();
		await saving.all;
	});
	app.use(router.routes());
	const open = own.open as ReadonlyMap<string, unknown>;
	const {port} = await serve(t, app);
	const request = get({port, path: '/events', headers});
	await until(() => open.size === 1);
	await own.gate.ban(alice, {duration: 60});
	saving.release();
	const [response] = (await once(request, 'response')) as [IncomingMessage];
	t.is(response.statusCode, 200);
	response.on('error', () => {}); // it is cut off
	await (own.endBanned as () => Promise<void>)();
	await until(() => response.destroyed && open.size === 0);
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

test('a stream that its client resets is over, and the server responds to others', async t => {
	const {own, app, router} = await openRecipe(t, page, 'End sockets and streams with a ban');
	app.use(router.routes());
	const {port} = await serve(t, app);
	const open = own.open as ReadonlyMap<string, unknown>;
	const socket = connect(port, '127.0.0.1').on('error', () => {});
	socket.write(`GET /events HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${alice}\r\n\r\n`);
	await once(socket, 'data');
	t.is(open.size, 1);
	socket.resetAndDestroy();
	await until(() => open.size === 0);

	t.is(statusOf(await raw(port, 'GET /ping HTTP/1.1\r\nHost: a\r\n\r\n')), 200);
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
	const recipe = await openRecipe(t, page, 'End sockets and streams with a ban');
	const {own} = recipe;
	const sockets = own.sockets as WebSocketServer;
	const heard: string[] = [];
	sockets.on('connection', socket => socket.on('message', data => heard.push(String(data))));
	const socket = await bareWebSocket(t, await serveUpgrades(t, recipe));
	/** A masked frame of text. */
	const send = (text: string) =>
		socket.write(Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0, ...Buffer.from(text)]));
	send('before');
	await until(() => heard.length === 1);

	const closed = once(socket.resume(), 'close');
	await own.gate.ban(alice, {duration: 60});
	send('after');
	await closed;
	t.deepEqual(heard, ['before']);
});

test('a round asks once about each client that has something open, however many come and go meanwhile', async t => {
	const {own} = await openRecipe(t, page, 'End sockets and streams with a ban');
	const endWithBan = own.endWithBan as (client: string, end: () => void) => () => void;
	const endBanned = own.endBanned as () => Promise<void>;
	const clients = Array.from({length: 120}, (_, index) => `203.0.113.${index}`);
	for (const client of clients) {
		endWithBan(client, () => {});
	}

	const asked: string[] = [];
	let inFlight = 0;
	let mostInFlight = 0;
	let over = () => {};
	const {inspect} = own.gate;
	Object.assign(own.gate, {
		inspect: async (client: string) => {
			asked.push(client);
			inFlight += 1;
			mostInFlight = Math.max(mostInFlight, inFlight);
			const standing = await inspect(client);
			inFlight -= 1;
			// A round that others prolong would ask about these, one after the other.
			if (asked.length < 10 * clients.length) {
				over();
				over = endWithBan(`198.51.100.${asked.length}`, () => {});
			}

			return standing;
		},
	});

	await endBanned();
	t.deepEqual(asked, clients);
	t.is(mostInFlight, 50);
});

// It reads what is printed, so that no other test may run meanwhile.
test.serial(
	'a round ends what a banned range covers, also if a question about another client fails',
	async t => {
		const {own} = await openRecipe(t, page, 'End sockets and streams with a ban');
		const endWithBan = own.endWithBan as (client: string, end: () => void) => () => void;
		const ended: string[] = [];
		for (const client of ['198.51.100.1', alice, '198.51.100.2']) {
			endWithBan(client, () => ended.push(client));
		}

		const {inspect} = own.gate;
		const gone = new Error('gone');
		Object.assign(own.gate, {
			inspect: async (client: string) => {
				if (client === '198.51.100.1') {
					throw gone;
				}

				return inspect(client);
			},
		});
		const logged: unknown[] = [];
		const {error} = console;
		console.error = (line: unknown) => logged.push(line);
		t.teardown(() => {
			console.error = error;
		});
		// No event names the client, as when another process bans it.
		await own.gate.ban('203.0.113.0/24', {duration: 60});
		t.deepEqual(ended, []);

		await (own.endBanned as () => Promise<void>)();
		t.deepEqual(ended, [alice]);
		t.deepEqual(logged, [gone]);
	},
);

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

test('nor does what breaks the protocols of Socket.IO end the process', async t => {
	const {own} = await openRecipe(t, page, 'Socket.IO');
	const io = own.io as {readonly httpServer: Server; close(): Promise<void>};
	t.teardown(() => io.close());
	await once(io.httpServer, 'listening');
	const port = portOf(io.httpServer);
	const target = '/socket.io/?EIO=4&transport=websocket';
	const text = (packet: string) => [0x81, 0x80 | packet.length, 0, 0, 0, 0, ...Buffer.from(packet)];
	const packets = [
		'?',
		'4?',
		'42["error"]',
		'42["connect_error"]',
		'451-[{"_placeholder":true,"num":9}]',
	];
	for (const frame of [...Object.values(badFrames), ...packets.map(text)]) {
		const socket = await bareWebSocket(t, port, target);
		const greeted = new Promise(resolve => {
			socket.on('data', data => {
				if (String(data).includes('hello')) {
					resolve(undefined);
				}
			});
		});
		socket.write(Buffer.from(text('40')));
		await greeted;
		socket.end(Buffer.from(frame));
		await once(socket, 'close');
	}

	t.is((await fetch(`http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling`)).status, 200);
	t.is(own.gate.stats().admitted, Object.keys(badFrames).length + packets.length + 1);
});

interface WithWebSockets extends Koa {
	readonly ws: {use(middleware: (ctx: {websocket: WebSocket}) => void): void};
}

test('on koa-websocket, neither a bad frame nor a target that it cannot read ends the process', async t => {
	const {own} = await openRecipe(t, page, 'koa-websocket', 0, 'js');
	const {port} = await serve(t, own.app as WithWebSockets);

	for (const target of ['http://[::1/', '//a@[::1/', '/\\a@[::1/', 'http://a/', '*']) {
		t.is(statusOf(await raw(port, handshake(target))), 401, target);
	}

	await survivesBadFrames(t, port);
	t.is(own.gate.stats().admitted, Object.keys(badFrames).length + 1);
});

test('there, a WebSocket that the gate refuses is ended', async t => {
	const {own} = await openRecipe(t, page, 'koa-websocket', 0, 'js');
	const app = own.app as WithWebSockets;
	app.ws.use(ctx => ctx.websocket.send('hello'));
	const {port} = await serve(t, app);

	const first = opened(t, port);
	const [hello] = await once(first, 'message');
	t.is(String(hello), 'hello');
	await own.gate.ban(alice, {duration: 60});
	const [code] = await once(opened(t, port), 'close');
	t.is(code, 1008);
});
