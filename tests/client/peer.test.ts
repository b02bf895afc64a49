import {once} from 'node:events';
import {mkdtemp, rm} from 'node:fs/promises';
import {request} from 'node:http';
import {connect, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import Koa from 'koa';
import {type GatekeeperOptions, gatekeeper} from '../../source/index.ts';
import {gatedApp} from '../support/gated-app.ts';
import {latch, until} from '../support/latch.ts';
import {serve} from '../support/servers.ts';
import {warnings} from '../support/warnings.ts';

test('all requests of a connection come from one client', async t => {
	const {app, pass} = gatedApp({rateLimitRule: [2, 60]});
	const {origin} = await serve(t, app);
	const status = async () => {
		const response = await fetch(`${origin}/ping`);
		await response.text();
		return response.status;
	};

	t.deepEqual([await status(), await status(), await status()], [200, 200, 429]);
	pass(60_000);
	t.is(await status(), 200);
});

/** Serves an app on a Unix socket. The function returned sends a request, and returns how the gate identifies it. */
async function overUnixSocket(t: ExecutionContext, options: GatekeeperOptions) {
	const folder = await mkdtemp(join(tmpdir(), 'gatekeeper-'));
	const socketPath = join(folder, 'socket');
	const app = new Koa();
	app.use(gatekeeper({banRule: [1, 60, 600], ...options}));
	app.use(async ctx => {
		const {client} = ctx.state.gatekeeper;
		const {immune} = ctx.get('X-Report') ? await ctx.report() : {};
		ctx.body = {client, immune};
	});
	const server = app.listen(socketPath);
	t.teardown(async () => {
		server.close();
		await rm(folder, {recursive: true});
	});

	return (headers: Record<string, string>) =>
		new Promise((resolve, reject) => {
			const sent = request({socketPath, headers, agent: false});
			sent.on('response', response => {
				response.setEncoding('utf8').on('data', text => resolve(JSON.parse(text)));
			});
			sent.on('error', reject);
			sent.end();
		});
}

test.serial(
	'a peer on a Unix socket is a trusted proxy; if it names no client, the client is unix, with a warning',
	async t => {
		const seen = warnings(t);
		const ask = await overUnixSocket(t, {ipHeader: 'X-Forwarded-For'});

		t.deepEqual(await ask({'X-Forwarded-For': '203.0.113.7'}), {client: '203.0.113.7'});
		t.deepEqual(await seen.codes(), []);
		t.deepEqual(await ask({'X-Report': '1'}), {client: 'unix', immune: 'no-client'});
		t.deepEqual(await ask({'X-Report': '1'}), {client: 'unix', immune: 'no-client'});
		t.deepEqual(await seen.codes(), ['GATEKEEPER_UNIX_CLIENT']);
	},
);

test.serial(
	'without ipHeader, all peers on a Unix socket are one client that cannot be banned',
	async t => {
		const seen = warnings(t);
		const ask = await overUnixSocket(t, {});

		t.deepEqual(await ask({'X-Report': '1'}), {client: 'unix', immune: 'no-client'});
		t.deepEqual(await ask({'X-Forwarded-For': '203.0.113.7'}), {client: 'unix'});
		t.deepEqual(await seen.codes(), ['GATEKEEPER_UNIX_CLIENT']);
	},
);

test.serial('every list of proxies trusts a Unix socket, except an empty one', async t => {
	const header = {'X-Forwarded-For': '203.0.113.7, 192.0.2.9'};
	const listed = await overUnixSocket(t, {
		ipHeader: 'X-Forwarded-For',
		trustedProxies: ['192.0.2.0/24'],
	});
	const seen = warnings(t);
	const empty = await overUnixSocket(t, {ipHeader: 'X-Forwarded-For', trustedProxies: []});

	t.deepEqual(await listed(header), {client: '203.0.113.7'});
	t.deepEqual(await empty(header), {client: 'unix'});
	t.deepEqual(await seen.codes(), ['GATEKEEPER_HEADER_IGNORED', 'GATEKEEPER_UNIX_CLIENT']);
});

test('a peer that has reset its connection does not pass for a Unix socket: its request goes no further', async t => {
	let reached = 0;
	const {app} = gatedApp({ipHeader: 'X-Forwarded-For'}, router => {
		router.get('/who', () => {
			reached += 1;
		});
	});
	const {port, server} = await serve(t, app);
	const request = 'GET /who HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n';

	const peers: Socket[] = [];
	server.on('connection', peer => peers.push(peer));
	let requests = 0;
	server.on('request', () => {
		requests += 1;
	});

	for (let round = 1; round <= 50; round += 1) {
		const socket = connect(port, '127.0.0.1');
		await once(socket, 'connect');
		socket.write(request);
		socket.resetAndDestroy();
		await until(() => peers.length === round && peers.every(peer => peer.closed));
	}

	t.true(requests > 0);
	t.is(reached, 0);
});

test('a request whose client is gone before the gate runs goes no further', async t => {
	let reached = 0;
	const {all: hasPassedGate, release} = latch();
	const {app} = gatedApp({}, (router, koa) => {
		koa.middleware.unshift(async (ctx, next) => {
			ctx.req.socket.destroy();
			await next();
			release();
		});
		router.get('/who', () => {
			reached += 1;
		});
	});
	const {origin} = await serve(t, app);

	await t.throwsAsync(fetch(`${origin}/who`));
	await hasPassedGate;
	t.is(reached, 0);
});

test.serial(
	'a request from a peer without a valid address goes no further, and discards the prepared response',
	async t => {
		const seen = warnings(t);
		let reached = 0;
		const {http} = gatedApp({}, (router, app) => {
			app.middleware.unshift((ctx, next) => {
				ctx.body = {secret: true};
				ctx.set('Cache-Control', 'public');
				Object.defineProperty(ctx.req, 'socket', {value: fakes[ctx.get('X-Fake')]});
				return next();
			});
			router.get('/who', () => {
				reached += 1;
			});
		});
		const fakes: Record<string, unknown> = {
			text: {remoteAddress: 'test-invoke-source-ip'},
			empty: {remoteAddress: ''},
			none: undefined,
		};

		for (const fake of Object.keys(fakes)) {
			const {status, text, headers} = await http.get('/who').set('X-Fake', fake);
			t.is(status, 400, fake);
			t.is(text, 'Bad Request');
			t.is(headers['cache-control'], 'no-store');
		}

		t.is(reached, 0);
		t.deepEqual(await seen.codes(), ['GATEKEEPER_NO_ADDRESS']);
	},
);
