import {once} from 'node:events';
import {IncomingMessage} from 'node:http';
import {connect, Socket} from 'node:net';
import {Duplex} from 'node:stream';
import {setImmediate} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import type Koa from 'koa';
import {WebSocket, WebSocketServer} from 'ws';
import {type Gatekeeper, refuseUpgrade, type UpgradeRefusal} from '../../source/index.ts';
import {onEveryStore} from '../support/every-store.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {gatedApp} from '../support/gated-app.ts';
import {heardFrom} from '../support/heard.ts';
import {latch} from '../support/latch.ts';
import {manualClockStore} from '../support/manual-clock.ts';
import {bodyOf, statusOf} from '../support/raw.ts';
import {serve} from '../support/servers.ts';

const alice = '203.0.113.7';
const bob = '203.0.113.8';

/** Serves an app whose gate checks WebSockets, which are told their client. Returns how to connect. */
async function withWebSockets(t: ExecutionContext, {app, gate}: {app: Koa; gate: Gatekeeper}) {
	const {server, port} = await serve(t, app);
	const sockets = new WebSocketServer({noServer: true});
	sockets.on('connection', (socket, req) => socket.send(gate.clientOf(req) ?? 'nobody'));
	server.on('upgrade', async (req, socket, head) => {
		const refusal = await gate.check(app, req);
		if (refusal) {
			refuseUpgrade(socket, refusal);
		} else {
			sockets.handleUpgrade(req, socket, head, client => {
				sockets.emit('connection', client, req);
			});
		}
	});
	t.teardown(() => {
		for (const client of sockets.clients) {
			client.terminate();
		}
	});

	return {port, server, open: (client: string) => opened(`ws://127.0.0.1:${port}/chat`, client)};
}

/** What a client of `ws` sees: the first message; or the status, Retry-After and body of a refusal. */
function opened(url: string, client: string): Promise<unknown> {
	const socket = new WebSocket(url, {headers: {'X-Forwarded-For': client}});

	return new Promise((resolve, reject) => {
		socket.on('error', reject);
		socket.on('message', data => resolve(String(data)));
		socket.on('unexpected-response', async (_req, response) => {
			let body = '';
			for await (const chunk of response) {
				body += chunk;
			}

			resolve([response.statusCode, response.headers['retry-after'], body]);
		});
	});
}

onEveryStore(
	'upgrades and other requests are counted, limited and banned together',
	async (t, {store, pass}) => {
		const app = gatedApp({
			rateLimitRule: [3, 60],
			banRule: [2, 60, 600],
			ipHeader: 'X-Forwarded-For',
			store,
		});
		const {open} = await withWebSockets(t, app);
		const {gate, from} = app;

		t.is(await open(alice), alice);
		t.is((await from(alice).get('/ping')).status, 200);
		t.is(await open(alice), alice);
		t.is((await from(alice).get('/ping')).status, 429);
		const text = 'rate limited for 60s (over 3 requests in a 60s window)\n';
		t.deepEqual(await open(alice), [429, '60', text]);
		t.is(await open(bob), bob);

		await pass(60_000);
		t.is(await open(alice), alice);
		await gate.report(alice, {weight: 2});
		const banned = 'banned for 600s (reported 2 times in a 60s window)\n';
		t.deepEqual(await open(alice), [403, '600', banned]);
		await gate.ban('203.0.113.0/24', {duration: Infinity});
		await pass(1000);
		t.deepEqual(await open(bob), [403, undefined, 'banned\n']);
		t.like(gate.stats(), {admitted: 5, limited: 2, banned: 2});
	},
);

test('allow, deny and key apply to upgrades, and are given a context of the app', async t => {
	const app = gatedApp({
		rateLimitRule: [1, 60],
		deny: [alice],
		key: ctx => (ctx.path === '/chat' ? (ctx.query.user as string | undefined) : undefined),
		allow: ctx => ctx.get('X-Forwarded-For') === bob,
		ipHeader: 'X-Forwarded-For',
	});
	const {open, port} = await withWebSockets(t, app);

	t.deepEqual(await open(alice), [403, undefined, 'denied\n']);
	t.deepEqual(await Promise.all([1, 2, 3].map(() => open(bob))), [bob, bob, bob]);
	const url = `ws://127.0.0.1:${port}/chat?user=ann`;
	t.is(await opened(url, '198.51.100.1'), 'key:ann');
	t.like(await opened(url, '198.51.100.2'), [429]);
	t.like(app.gate.stats(), {denied: 1, limited: 1, exempt: {allowed: 3}});
});

test('a refused upgrade is an event, with the context that the options were given', async t => {
	const app = gatedApp({rateLimitRule: [1, 60], ipHeader: 'X-Forwarded-For'});
	const {open} = await withWebSockets(t, app);
	const heard = heardFrom(app.gate);
	const paths: Array<string | undefined> = [];
	app.gate.on('refused', ({ctx}) => paths.push(ctx?.path));

	await open(alice);
	await open(alice);
	const event = {client: alice, kind: 'limited', status: 429, rules: ['global'], retryAfter: 60};
	t.deepEqual(heard, [['refused', event]]);
	t.deepEqual(paths, ['/chat']);
});

test('what countWhen would give back stays counted, and excludedMethods do not apply', async t => {
	const {app, gate} = gatedApp({
		rateLimitRule: {count: 2, window: 60, countWhen: [401]},
		excludedMethods: ['GET'],
	});

	t.is(await gate.check(app, upgradeFrom(alice)), undefined);
	t.is(await gate.check(app, upgradeFrom(alice)), undefined);
	t.like(await gate.check(app, upgradeFrom(alice)), {kind: 'limited', rules: ['global']});
});

test('a dry run refuses no upgrade, and tells of it', async t => {
	const {app, gate} = gatedApp({rateLimitRule: [1, 60], dryRun: true});
	const heard = heardFrom(gate);

	t.is(await gate.check(app, upgradeFrom(alice)), undefined);
	t.is(await gate.check(app, upgradeFrom(alice)), undefined);
	t.like(heard, [['refused', {client: alice, dryRun: true}]]);
	t.like(gate.stats(), {admitted: 1, limited: 1});
});

test('a dry run lets in an upgrade whose client is unknown, or for which an option throws', async t => {
	const {app, gate} = gatedApp({
		dryRun: true,
		key: ctx => ctx.throw(500, 'mine'),
	});
	const gone = new IncomingMessage(new Socket());
	gone.socket.destroy();
	const known = upgradeFrom(alice);

	t.is(await gate.check(app, gone), undefined);
	t.is(await gate.check(app, known), undefined);
	t.is(gate.clientOf(gone), undefined);
	t.is(gate.clientOf(known), alice);
	t.is(gate.clientOf(upgradeFrom(alice)), undefined, 'it was not checked');
	t.like(gate.stats(), {admitted: 0, unidentified: 1, failed: 1});
});

test('a store that fails under closed refuses upgrades with 503', async t => {
	const {store} = manualClockStore();
	const down = forwardTo(store, {admit: () => Promise.reject(new Error('down'))});
	const {app, gate} = gatedApp({rateLimitRule: [1, 60], onStoreError: 'closed', store: down});

	t.like(await gate.check(app, upgradeFrom(alice)), {
		kind: 'unavailable',
		status: 503,
		retryAfter: 1,
	});
});

test('an upgrade whose socket is gone is unidentified', async t => {
	const {app, gate} = gatedApp();
	const req = new IncomingMessage(new Socket());
	req.socket.destroy();

	const refusal = await gate.check(app, req);
	t.deepEqual(refusal, {
		kind: 'unidentified',
		status: 400,
		rules: [],
		text: 'the client cannot be identified',
	});
	t.is(gate.clientOf(req), undefined);
	t.is(gate.stats().unidentified, 1);
});

test('check refuses a request for which a function among the options throws, and Koa hears of it', async t => {
	const {app, gate} = gatedApp({
		key: ctx => ctx.throw(ctx.path === '/chat' ? 401 : 500, 'mine'),
	});
	const errors: string[] = [];
	app.on('error', ({message}: Error) => errors.push(message));

	const refusal = {kind: 'failed', status: 401, rules: [], text: 'failed'};
	t.deepEqual(await gate.check(app, upgradeFrom(alice)), refusal as UpgradeRefusal);
	t.deepEqual(errors, ['mine']);
});

test('a report in key counts before check resolves', async t => {
	const {app, gate} = gatedApp({
		banRule: [2, 60, 600],
		key: ctx => {
			ctx.report();
			return undefined;
		},
	});

	t.is(await gate.check(app, upgradeFrom(alice)), undefined);
	t.like(await gate.check(app, upgradeFrom(alice)), {kind: 'banned', status: 403});
});

test('a listener may report the clients of upgrades that a limit refuses', async t => {
	const {app, gate} = gatedApp({rateLimitRule: [1, 60], banRule: [2, 60, 600]});
	gate.on('refused', ({ctx, kind}) => kind === 'limited' && ctx?.report());
	const kinds: Array<string | undefined> = [];
	for (let upgrade = 0; upgrade < 4; upgrade += 1) {
		kinds.push((await gate.check(app, upgradeFrom(alice)))?.kind);
	}

	t.deepEqual(kinds, [undefined, 'limited', 'limited', 'banned']);
});

test('a client that resets its connection while check decides, or after, does not end the process', async t => {
	const {all, release} = latch();
	const app = gatedApp({rateLimitRule: [2, 60], key: () => all.then(() => undefined)});
	const {port, server} = await withWebSockets(t, app);
	const upgrading = once(server, 'upgrade');
	const client = connect(port, '127.0.0.1');
	client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
	const [, socket] = (await upgrading) as [unknown, Socket];
	const closed = once(socket, 'close').catch(() => {});
	client.resetAndDestroy();
	await closed;
	release();

	t.true(socket.destroyed);
	t.is(await statusAt(port), 101);
});

test('a client may reset its connection while the app awaits something after check', async t => {
	const {app, gate} = gatedApp();
	const {server, port} = await serve(t, app);
	const checked = new Promise<Socket>(resolve => {
		server.on('upgrade', async (req, socket) => {
			await gate.check(app, req);
			resolve(socket as Socket);
		});
	});
	const client = connect(port, '127.0.0.1');
	client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
	const socket = await checked;
	const closed = new Promise(resolve => {
		socket.on('close', resolve);
	});
	client.resetAndDestroy();
	await closed;

	t.true(socket.listenerCount('error') > 0);
});

test('requests that share a connection leave one listener on it', async t => {
	const {app, gate} = gatedApp();
	const req = upgradeFrom(alice);
	for (let request = 0; request < 20; request += 1) {
		await gate.check(app, req);
	}

	t.is(req.socket.listenerCount('error'), 1);
});

test('a stand-in without a socket is unidentified', async t => {
	const {app, gate} = gatedApp();
	const req = new IncomingMessage(undefined as never);

	t.like(await gate.check(app, req), {kind: 'unidentified', status: 400});
});

test('a refusal is one response after which the connection closes, whatever the client does', async t => {
	const app = gatedApp({rateLimitRule: [1, 60]});
	const {port} = await withWebSockets(t, app);
	await statusAt(port);
	const client = connect({port, host: '127.0.0.1', allowHalfOpen: true});
	t.teardown(() => client.destroy());
	client.write(`GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
	let text = '';
	for await (const chunk of client) {
		text += chunk;
	}

	t.regex(text, /^HTTP\/1\.1 429 Too Many Requests\r\nConnection: close\r\n/);
	t.regex(text, /\r\nCache-Control: private, no-store\r\n/);
	t.regex(text, /\r\nRetry-After: \d+\r\n/);
	t.regex(text, /\r\n\r\nrate limited for \d+s .*\n$/);
	const [, length] = /Content-Length: (\d+)/.exec(text) ?? [];
	t.is(bodyOf(text).length, Number(length));
});

test('what a client sends on after it was refused is read, so that its side sees no reset', async t => {
	const socket = new UpgradedSocket();
	refuseUpgrade(socket, {status: 403, text: 'banned'});
	await once(socket, 'finish');
	t.is(statusOf(socket.sent), 403);
	const closed = once(socket, 'close');
	socket.push(Buffer.alloc(9_000_000));
	socket.push(null);
	await closed;
	t.true(socket.readableEnded, 'all of it has been read');
});

test.serial(
	'a socket that is refused is closed after 30 seconds, or after one in which its client sends nothing',
	async t => {
		const {setTimeout} = globalThis;
		t.teardown(() => Object.assign(globalThis, {setTimeout}));
		const began = async (socket: UpgradedSocket, isFinished: boolean) => {
			const timers = new Map<number, () => void>();
			Object.assign(globalThis, {
				setTimeout(passed: () => void, ms: number) {
					timers.set(ms, passed);
					return setTimeout(() => {}, 0);
				},
			});
			refuseUpgrade(socket, {status: 403, text: 'banned'});
			await (isFinished ? once(socket, 'finish') : setImmediate());
			Object.assign(globalThis, {setTimeout});
			t.false(socket.destroyed);
			return timers;
		};

		const idle = new UpgradedSocket();
		(await began(idle, true)).get(1000)?.();
		await setImmediate();
		t.true(idle.destroyed);

		const late = new UpgradedSocket();
		(await began(late, true)).get(1000)?.();
		late.emit('data', Buffer.from('sent while the event loop was held'));
		await setImmediate();
		t.false(late.destroyed);

		const unread = new UpgradedSocket();
		unread._write = () => {};
		const timers = await began(unread, false);
		t.false(timers.has(1000), 'its client has not read the response');
		timers.get(30_000)?.();
		t.true(unread.destroyed);
	},
);

test('a real socket that is refused is closed, whether its client ends it, sends on or waits', async t => {
	const {port, server} = await withWebSockets(t, gatedApp({deny: ['127.0.0.1']}));
	for (const react of [
		(client: Socket) => client.end(),
		(client: Socket) => client.write(Buffer.alloc(20_000_000)),
		() => {},
	]) {
		const client = connect({port, host: '127.0.0.1', allowHalfOpen: true});
		client.on('error', () => {});
		const [socket] = await once(server, 'connection');
		client.write(upgradeWith(20_000_000));
		await once(client, 'data');
		react(client);
		await new Promise(resolve => socket.once('close', resolve));
		client.destroy();
		t.pass();
	}
});

test('refuseUpgrade may be called for a socket that is gone', t => {
	const socket = new Socket();
	socket.destroy();
	const refusal: UpgradeRefusal = {kind: 'banned', status: 403, rules: [], text: 'banned'};

	t.notThrows(() => refuseUpgrade(socket, refusal));
});

function upgradeFrom(client: string): IncomingMessage {
	const socket = new Socket();
	Object.defineProperty(socket, 'remoteAddress', {value: client});
	const req = new IncomingMessage(socket);
	Object.assign(req, {method: 'GET', url: '/chat', headers: {upgrade: 'websocket'}});
	return req;
}

/** The status of an upgrade on a port. */
async function statusAt(port: number): Promise<number> {
	const client = connect(port, '127.0.0.1');
	client.write(upgradeWith(0));
	const [data] = await once(client, 'data');
	client.destroy();

	return statusOf(String(data));
}

/** The socket of an upgrade, with what the server has sent. */
class UpgradedSocket extends Duplex {
	sent = '';

	override _read(): void {}

	override _write(chunk: Buffer, _encoding: string, done: () => void): void {
		this.sent += chunk;
		done();
	}
}

/** A request to open a WebSocket, with a body of so many bytes to follow. */
function upgradeWith(bodyLength: number): string {
	return [
		'GET /chat HTTP/1.1',
		'Host: a',
		'Connection: Upgrade',
		'Upgrade: websocket',
		'Sec-WebSocket-Version: 13',
		'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
		...(bodyLength > 0 ? [`Content-Length: ${bodyLength}`] : []),
		'',
		'',
	].join('\r\n');
}
