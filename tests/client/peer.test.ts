import {once} from 'node:events';
import {mkdtemp, rm} from 'node:fs/promises';
import {Agent, request} from 'node:http';
import {connect, Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {PassThrough} from 'node:stream';
import {text} from 'node:stream/consumers';
import test, {type ExecutionContext} from 'ava';
import Koa from 'koa';
import {AddressList, type GatekeeperOptions, gatekeeper} from '../../source/index.ts';
import {gatedApp} from '../support/gated-app.ts';
import {report, who} from '../support/handlers.ts';
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

test.serial('an AddressList trusts a Unix socket while it has an entry', async t => {
	const trustedProxies = new AddressList([]);
	const ask = await overUnixSocket(t, {ipHeader: 'X-Forwarded-For', trustedProxies});
	const header = {'X-Forwarded-For': '203.0.113.7, unix:, 192.0.2.9'};

	t.deepEqual(await ask(header), {client: 'unix'});
	await trustedProxies.replace(['192.0.2.0/24']);
	t.deepEqual(await ask(header), {client: '203.0.113.7'});
	await trustedProxies.replace(['192.0.2.1']);
	t.deepEqual(await ask(header), {client: '192.0.2.9'});
	await trustedProxies.replace([]);
	t.deepEqual(await ask(header), {client: 'unix'});
});

test('a list of proxies that is replaced takes effect at once, on open connections too', async t => {
	const trustedProxies = new AddressList(['192.0.2.1']);
	const options = {ipHeader: 'X-Forwarded-For', trustedProxies};
	const {app} = gatedApp(options, router => {
		router.get('/who', who);
	});
	const {origin, server} = await serve(t, app);
	let connections = 0;
	server.on('connection', () => {
		connections += 1;
	});
	const agent = new Agent({keepAlive: true, maxSockets: 1});
	t.teardown(() => agent.destroy());
	const found = async () => {
		const headers = {'X-Forwarded-For': '203.0.113.7, 192.0.2.9'};
		const sent = request(`${origin}/who`, {agent, headers}).end();
		const [response] = await once(sent, 'response');
		return text(response);
	};

	t.is(await found(), '127.0.0.1');
	await trustedProxies.replace(['loopback']);
	t.is(await found(), '192.0.2.9');
	await trustedProxies.replace(['127.0.0.1', '192.0.2.0/24']);
	t.is(await found(), '203.0.113.7');
	await t.throwsAsync(trustedProxies.replace(['no-address']), {instanceOf: TypeError});
	t.is(await found(), '203.0.113.7');
	await trustedProxies.replace([]);
	t.is(await found(), '127.0.0.1');
	t.is(connections, 1);
});

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

for (const trustedProxies of [undefined, ['no-address']]) {
	test(`a peer that has reset its connection does not pass for a Unix socket or an adapter: its request goes no further (${trustedProxies})`, async t => {
		let reached = 0;
		const {app} = gatedApp(
			{ipHeader: 'X-Forwarded-For', ...(trustedProxies && {trustedProxies})},
			router => {
				router.get('/who', () => {
					reached += 1;
				});
			},
		);
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
}

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

/** What an adapter or a mock may put in place of a socket. */
const standIns: Readonly<Record<string, unknown>> = {
	text: {remoteAddress: 'test-invoke-source-ip'},
	number: {remoteAddress: 7},
	empty: {remoteAddress: ''},
	missing: {},
	null: {remoteAddress: null},
	'no socket': undefined,
	'null as the socket': null,
	frozen: Object.freeze({encrypted: true}),
	stream: new PassThrough(),
};

/** An app to which each request seems to come over the socket that its header `X-Socket` names. */
function overStandIns(options: GatekeeperOptions) {
	let reached = 0;
	const all = gatedApp(options, (router, app) => {
		app.middleware.unshift((ctx, next) => {
			ctx.body = {secret: true};
			ctx.set('Cache-Control', 'public');
			Object.defineProperty(ctx.req, 'socket', {value: sockets[ctx.get('X-Socket')]});
			return next();
		});
		router.get('/who', ctx => {
			reached += 1;
			ctx.type = 'text';
			who(ctx);
		});
		router.get('/report', report);
	});
	const sockets: Record<string, unknown> = {
		...standIns,
		destroyed: new PassThrough().destroy(),
		lost: new Socket(),
	};

	return {...all, reached: () => reached};
}

test.serial(
	'a request from a peer without a valid address goes no further, and discards the prepared response',
	async t => {
		const seen = warnings(t);
		const {http, reached} = overStandIns({ipHeader: 'X-Forwarded-For'});

		for (const name of [...Object.keys(standIns), 'destroyed', 'lost']) {
			const {
				status,
				text: body,
				headers,
			} = await http.get('/who').set('X-Socket', name).set('X-Forwarded-For', '203.0.113.7');
			t.is(status, 400, name);
			t.is(body, 'Bad Request');
			t.is(headers['cache-control'], 'private, no-store');
		}

		t.is(reached(), 0);
		t.deepEqual(await seen.codes(), ['GATEKEEPER_NO_ADDRESS']);
		t.regex((await seen.messages())[0] ?? '', /'test-invoke-source-ip'.*'no-address'/);
	},
);

test.serial(
	"with 'no-address' listed, a header names the clients of an adapter that gives no address, and no others",
	async t => {
		const seen = warnings(t);
		const {http, reached} = overStandIns({
			banRule: [1, 60, 600],
			ipHeader: 'X-Forwarded-For',
			trustedProxies: ['no-address', '192.0.2.0/24'],
		});
		const ask = (name: string, header: string, path = '/who') =>
			http.get(path).set('X-Socket', name).set('X-Forwarded-For', header);

		for (const name of ['text', 'number', 'destroyed', 'lost']) {
			t.is((await ask(name, '203.0.113.7')).status, 400, name);
		}

		t.is(reached(), 0);
		for (const name of Object.keys(standIns).filter(one => !['text', 'number'].includes(one))) {
			t.is((await ask(name, '198.51.100.1, 203.0.113.7, 192.0.2.1')).text, '203.0.113.7', name);
			t.is((await ask(name, '203.0.113.7, unix:, evil')).text, 'no-address', name);
			t.is((await ask(name, '')).text, 'no-address', name);
		}

		t.like((await ask('missing', '', '/report')).body, {immune: 'no-client'});
		t.like((await ask('missing', '203.0.113.9', '/report')).body, {banned: true});
		t.is((await ask('missing', '203.0.113.9')).status, 403);
		t.is((await ask('missing', '')).status, 200);
		t.deepEqual(await seen.codes(), ['GATEKEEPER_NO_ADDRESS', 'GATEKEEPER_UNREADABLE_HEADER']);
	},
);

test.serial("'no-address' without an ipHeader names no client, and a warning says so", async t => {
	const seen = warnings(t);
	const {http} = overStandIns({trustedProxies: ['no-address']});

	t.is((await http.get('/who').set('X-Socket', 'missing')).text, 'no-address');
	t.deepEqual(await seen.codes(), ['GATEKEEPER_NO_IP_HEADER']);
});
