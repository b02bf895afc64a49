import test from 'ava';
import type {Context} from 'koa';
import {gatedApp} from '../support/gated-app.ts';
import {report, who} from '../support/handlers.ts';
import {servePeers} from '../support/peers.ts';
import {bodyOf, raw, statusOf} from '../support/raw.ts';
import {serve} from '../support/servers.ts';
import {warnings} from '../support/warnings.ts';

test('ipHeader may have the name of a property that every object has', async t => {
	const {http} = gatedApp({ipHeader: 'constructor'}, router => {
		router.get('/who', who);
	});

	t.is((await http.get('/who')).text, '127.0.0.1');
	t.is((await http.get('/who').set('constructor', '203.0.113.7')).text, '203.0.113.7');
});

test.serial(
	'a header from a peer that is not a trusted proxy is ignored, with one warning',
	async t => {
		const seen = warnings(t);
		const {app} = gatedApp(
			{ipHeader: 'X-Forwarded-For', trustedProxies: ['10.0.0.0/8']},
			router => {
				router.get('/who', who);
			},
		);
		const ask = await servePeers(t, app);

		t.is(await ask('198.51.100.66', []), '198.51.100.66');
		t.is(
			await ask('198.51.100.66', ['X-Real-IP: 203.0.113.7', 'X-Forwarded-For:']),
			'198.51.100.66',
		);
		t.deepEqual(await seen.codes(), []);
		for (const peer of ['198.51.100.66', '198.51.100.67']) {
			t.is(await ask(peer, ['X-Forwarded-For: 203.0.113.7']), peer);
		}

		t.deepEqual(await seen.codes(), ['GATEKEEPER_HEADER_IGNORED']);
		t.deepEqual(await seen.messages(), [
			'The header x-forwarded-for from 198.51.100.66 was ignored because that peer is not trusted to name clients. If it is your proxy, list it in trustedProxies',
		]);
	},
);

test.serial(
	"what a trusted proxy writes in a client's place, and is no address, causes one warning",
	async t => {
		const seen = warnings(t);
		const options = {ipHeader: 'X-Forwarded-For', trustedProxies: ['10.0.0.0/8']};
		const {app} = gatedApp(options, router => {
			router.get('/who', who);
		});
		const ask = await servePeers(t, app);
		const from = (peer: string, value: string) => ask(peer, [`X-Forwarded-For: ${value}`]);

		// Nothing that a client sends causes it: our proxy appends the address of the client.
		for (const text of ['evil', '', ',', 'unix:', 'unknown', '\x9b31m', ' '.repeat(6000)]) {
			t.is(await from('10.0.0.5', `${text}, 203.0.113.7`), '203.0.113.7');
			t.is(await from('10.0.0.5', `${text}, 203.0.113.7, 10.0.0.1`), '203.0.113.7');
			t.is(await from('198.51.100.66', text), '198.51.100.66');
		}

		t.is(await ask('10.0.0.5', []), '10.0.0.5');
		t.deepEqual(await seen.codes(), ['GATEKEEPER_HEADER_IGNORED']);
		t.is(await from('10.0.0.5', '203.0.113.7, \x9b31m, 10.0.0.1'), '10.0.0.1');
		t.is(await from('10.0.0.5', '203.0.113.7, evil'), '10.0.0.5');
		t.is(await from('10.0.0.5', '203.0.113.7, evil'), '10.0.0.5');
		t.deepEqual((await seen.codes()).slice(1), ['GATEKEEPER_UNREADABLE_HEADER']);
		t.true(
			(await seen.messages())[1]?.startsWith(
				"In the header x-forwarded-for, the trusted proxy 10.0.0.1 names no client: ' \\x9B31m' is not an address. ",
			),
			(await seen.messages())[1],
		);
	},
);

test.serial('a warning shows no more than a part of a long item', async t => {
	const seen = warnings(t);
	const {http} = gatedApp({ipHeader: 'X-Forwarded-For'});

	t.is((await http.get('/ping').set('X-Forwarded-For', 'x'.repeat(9000))).status, 200);
	t.is((await http.get('/ping').set('X-Forwarded-For', '203.0.113.9, unix:')).status, 200);
	const [message = ''] = await seen.messages();
	t.regex(message, /the trusted proxy 127\.0\.0\.1 names no client: 'x{80}'\.\.\. 4920 more/);
	t.true(message.length < 600);
	t.is((await seen.codes()).length, 1);
});

for (const target of ['http://[::1/who', '//a@[::1#', '//who@a/health#', 'foo://a/health', '/#']) {
	test(`Koa cannot read ${target} as it is: it gets a 400, from a banned client, too`, async t => {
		const {app, gate} = gatedApp({allow: ctx => ctx.path === '/health'});
		const {port} = await serve(t, app);
		const status = async (wanted: string) =>
			statusOf(await raw(port, `GET ${wanted} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`));
		t.is(await status(target), 400);
		await gate.ban('127.0.0.1');

		t.is(await status(target), 400);
		t.is(await status('/who'), 403);
		t.is(await status('/health'), 404);
	});
}

test('a target that Koa cannot read gets a 400, before functions among the options see it', async t => {
	const thrown: unknown[] = [];
	const functions = {
		allow: (ctx: Context) => ctx.path === '/health',
		key: (ctx: Context) => (ctx.path === '/mine' ? 'mine' : undefined),
	};
	for (const dryRun of [false, true]) {
		const {app} = gatedApp({rateLimitRule: [1, 60], dryRun, ...functions}, router => {
			router.get('/who', ctx => {
				ctx.body = 'mine';
			});
		});
		app.on('error', error => thrown.push(error));
		const {port} = await serve(t, app);
		const status = async (target: string) =>
			statusOf(await raw(port, `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`));

		t.is(await status('http://[::1/who'), dryRun ? 500 : 400);
		t.is(await status('http://a.test/who'), 200);
		t.is(await status('http://[::1/who'), dryRun ? 500 : 400);
		t.is(await status('/who'), dryRun ? 200 : 429);
	}

	// Without the gate, Koa fails such a request: a dry run does not change that.
	t.is(thrown.length, 2);
});

test("a request with so many headers that Node.js may have dropped our proxy's line gets a 431", async t => {
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
		const response = await raw(
			port,
			`${head.join('\r\n')}\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n`,
		);
		return [statusOf(response), bodyOf(response)];
	};

	t.deepEqual(await status(900), [200, '203.0.113.7']);
	for (const fillers of [996, 997, 998, 999, 1000, 1100, 2000]) {
		t.is((await status(fillers))[0], 431, `${fillers}`);
	}

	t.is(reached, 1);
	server.maxHeadersCount = 0;
	t.deepEqual(await status(2000), [200, '203.0.113.7']);
	server.maxHeadersCount = 50;
	t.deepEqual(await status(40), [200, '203.0.113.7']);
	t.is((await status(60))[0], 431);
});

test.serial(
	'a listed proxy without an ipHeader names no client: it cannot be banned, and a warning says so',
	async t => {
		const seen = warnings(t);
		const {app} = gatedApp({banRule: [1, 60, 600], trustedProxies: ['10.0.0.0/8']}, router => {
			router.get('/report', report);
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

test("with Koa's app.proxy, the header that Koa names is walked in the same way", async t => {
	const {app} = gatedApp({trustedProxies: ['10.0.0.0/8']}, (router, koa) => {
		koa.proxy = true;
		koa.proxyIpHeader = 'X-Client';
		koa.maxIpsCount = 1;
		router.get('/who', who);
	});
	const ask = await servePeers(t, app);

	t.is(await ask('10.0.0.5', ['X-Client: 198.51.100.1, 203.0.113.7, 10.0.0.1']), '203.0.113.7');
	t.is(await ask('198.51.100.66', ['X-Client: 203.0.113.7']), '198.51.100.66');
	t.is(await ask('10.0.0.5', ['X-Client: evil']), '10.0.0.5');
	t.is(await ask('10.0.0.5', ['X-Forwarded-For: 203.0.113.7']), '10.0.0.5');
	app.proxyIpHeader = 'Forwarded';
	t.is(await ask('10.0.0.5', ['Forwarded: for="[2001:db8::7]"']), '2001:db8::/64');
	app.proxy = false;
	t.is(await ask('10.0.0.5', ['Forwarded: for=203.0.113.7']), '10.0.0.5');
});
