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
import {until} from '../support/latch.ts';
import {servePeers} from '../support/peers.ts';
import {bodyOf, raw} from '../support/raw.ts';
import {serve} from '../support/servers.ts';
import {warnings} from '../support/warnings.ts';

/** Who a request is taken for, by the header that it carries. */
function identified(ipHeader?: string) {
	return gatedApp(ipHeader === undefined ? {} : {ipHeader}, router => {
		router.get('/who', ctx => {
			ctx.body = ctx.state.gatekeeper.client;
		});
	});
}

test("without ipHeader the socket's address is the client, whatever a header says", async t => {
	const {http} = identified();

	t.is((await http.get('/who').set('X-Forwarded-For', '203.0.113.7')).text, '127.0.0.1');
});

test('any single header may name the client', async t => {
	const {http} = identified('CF-Connecting-IP');

	t.is((await http.get('/who').set('CF-Connecting-IP', '203.0.113.7')).text, '203.0.113.7');
	t.is((await http.get('/who').set('X-Forwarded-For', '203.0.113.7')).text, '127.0.0.1');
});

/** Asks an app over a Unix socket how it takes a request. */
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
			sent.on('response', answer => {
				answer.setEncoding('utf8').on('data', text => resolve(JSON.parse(text)));
			});
			sent.on('error', reject);
			sent.end();
		});
}

test.serial(
	'a peer on a Unix socket is our proxy; without a client it is unix, and a warning says so',
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
	'without ipHeader all peers on a Unix socket are one client, which cannot be banned',
	async t => {
		const seen = warnings(t);
		const ask = await overUnixSocket(t, {});

		t.deepEqual(await ask({'X-Report': '1'}), {client: 'unix', immune: 'no-client'});
		t.deepEqual(await ask({'X-Forwarded-For': '203.0.113.7'}), {client: 'unix'});
		t.deepEqual(await seen.codes(), ['GATEKEEPER_UNIX_CLIENT']);
	},
);

test.serial('every list but the empty one trusts a Unix socket', async t => {
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

test('many requests of one connection are one client', async t => {
	const {app, pass} = gatedApp({rateLimitRule: [2, 60]});
	const {origin} = await serve(t, app);
	const status = async () => {
		const answer = await fetch(`${origin}/ping`);
		await answer.text();
		return answer.status;
	};

	t.deepEqual([await status(), await status(), await status()], [200, 200, 429]);
	pass(60_000);
	t.is(await status(), 200);
});

test("a peer that resets its connection is nobody's Unix socket: its request goes no further", async t => {
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

test('a client that is gone before the gate is asked goes no further', async t => {
	let reached = 0;
	let atGate = () => {};
	const passedGate = new Promise<void>(resolve => {
		atGate = resolve;
	});
	const {app} = gatedApp({}, (router, koa) => {
		koa.middleware.unshift(async (ctx, next) => {
			ctx.req.socket.destroy();
			await next();
			atGate();
		});
		router.get('/who', () => {
			reached += 1;
		});
	});
	const {origin} = await serve(t, app);

	await t.throwsAsync(fetch(`${origin}/who`));
	await passedGate;
	t.is(reached, 0);
});

test('a header named like a property of every object is a header like others', async t => {
	const {http} = identified('constructor');

	t.is((await http.get('/who')).text, '127.0.0.1');
	t.is((await http.get('/who').set('constructor', '203.0.113.7')).text, '203.0.113.7');
});

test.serial(
	'a peer whose address is none goes no further, with nothing of an answer prepared before',
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

test.serial('a header from a peer that is no proxy is ignored, and says so once', async t => {
	const seen = warnings(t);
	const {app} = gatedApp({ipHeader: 'X-Forwarded-For', trustedProxies: ['10.0.0.0/8']}, router => {
		router.get('/who', ctx => {
			ctx.body = ctx.state.gatekeeper.client;
		});
	});
	const ask = await servePeers(t, app);

	t.is(await ask('198.51.100.66', []), '198.51.100.66');
	t.is(await ask('198.51.100.66', ['X-Real-IP: 203.0.113.7', 'X-Forwarded-For:']), '198.51.100.66');
	t.deepEqual(await seen.codes(), []);
	for (const peer of ['198.51.100.66', '198.51.100.67']) {
		t.is(await ask(peer, ['X-Forwarded-For: 203.0.113.7']), peer);
	}

	t.deepEqual(await seen.codes(), ['GATEKEEPER_HEADER_IGNORED']);
	t.deepEqual(await seen.messages(), [
		'The header x-forwarded-for from 198.51.100.66 was ignored because that peer is not trusted to name clients. If it is your proxy, list it in trustedProxies',
	]);
});

test('where Node has dropped header lines, the line of our proxy may be among them: 431', async t => {
	let reached = 0;
	const {app} = gatedApp({ipHeader: 'X-Forwarded-For'}, router => {
		router.get('/who', ctx => {
			reached += 1;
			ctx.body = ctx.state.gatekeeper.client;
		});
	});
	const {port, server} = await serve(t, app);
	const status = async (fillers: number) => {
		const lines = ['X-Forwarded-For: 192.0.2.1', ...Array(fillers).fill('a:')];
		const head = ['GET /who HTTP/1.1', 'Host: a', 'Connection: close', ...lines];
		const answer = await raw(port, `${head.join('\r\n')}\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n`);
		return [answer.slice(9, 12), bodyOf(answer)];
	};

	t.deepEqual(await status(900), ['200', '203.0.113.7']);
	for (const fillers of [996, 997, 998, 999, 1000, 1100, 2000]) {
		t.is((await status(fillers))[0], '431', `${fillers}`);
	}

	t.is(reached, 1);
	server.maxHeadersCount = 0;
	t.deepEqual(await status(2000), ['200', '203.0.113.7']);
	server.maxHeadersCount = 50;
	t.deepEqual(await status(40), ['200', '203.0.113.7']);
	t.is((await status(60))[0], '431');
});

test.serial(
	'a listed proxy without an ipHeader names nobody: it cannot be banned, and a warning says so',
	async t => {
		const seen = warnings(t);
		const {app} = gatedApp({banRule: [1, 60, 600], trustedProxies: ['10.0.0.0/8']}, router => {
			router.get('/report', async ctx => {
				ctx.body = await ctx.report();
			});
		});
		const ask = await servePeers(t, app);

		t.regex(await ask('10.0.0.5', [], '/report'), /"immune":"no-client"/);
		t.regex(await ask('10.0.0.5', [], '/report'), /"immune":"no-client"/);
		t.regex(await ask('198.51.100.66', [], '/report'), /"banned":true/);
		t.deepEqual(await seen.codes(), ['GATEKEEPER_NO_IP_HEADER']);
		t.deepEqual(await seen.messages(), [
			'trustedProxies lists 10.0.0.5, but ipHeader does not say in which header it names clients. All of its requests are one client, which is limited and cannot be banned',
		]);
	},
);
