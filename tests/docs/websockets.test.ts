import {once} from 'node:events';
import {get, type IncomingMessage, type Server} from 'node:http';
import test, {type ExecutionContext} from 'ava';
import {WebSocket, type WebSocketServer} from 'ws';
import {ok} from '../support/handlers.ts';
import {until} from '../support/latch.ts';
import {openRecipe} from '../support/recipe.ts';
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
