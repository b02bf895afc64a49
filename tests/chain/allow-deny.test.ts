import {Router} from '@koa/router';
import test from 'ava';
import Koa from 'koa';
import {
	AddressList,
	bypass,
	type GatekeeperOptions,
	gatekeeper,
	specific,
} from '../../source/index.ts';
import {bansOf, gatedApp} from '../support/gated-app.ts';
import {ok, report} from '../support/handlers.ts';
import {manualClockStore} from '../support/manual-clock.ts';
import {servePeers} from '../support/peers.ts';
import {agents} from '../support/servers.ts';

const behind = {
	ipHeader: 'X-Forwarded-For',
	rateLimitRule: [1, 60],
	banRule: [1, 60, 600],
} as const;

test('allowed clients are never counted, limited or banned, and get no fields', async t => {
	const {from, gate} = gatedApp({...behind, allow: ['203.0.113.0/24']}, router => {
		router.get('/specific', specific([1, 60]), ok);
		router.get('/standalone', specific([1, 60], {standalone: true}), ok);
		router.get('/report', report);
	});
	const allowed = from('203.0.113.7');

	for (const path of ['/ping', '/specific', '/standalone', '/report', '/ping', '/specific']) {
		const {status, headers} = await allowed.get(path);
		t.is(status, 200, path);
		t.deepEqual(
			Object.keys(headers).filter(name => /ratelimit|retry/.test(name)),
			[],
		);
	}

	t.deepEqual((await allowed.get('/report')).body, {reports: 0, banned: false, immune: 'allowed'});
	t.is((await allowed.get('/nowhere')).status, 404);
	t.deepEqual(await bansOf({gate}), []);
	t.is((await from('203.0.114.7').get('/ping')).status, 200);
	t.is((await from('203.0.114.7').get('/ping')).status, 429);
});

test('denied clients get a 403 at once: not counted, no handler, no Retry-After, no fields', async t => {
	let reached = 0;
	const {from, router} = gatedApp({...behind, deny: ['203.0.113.0/24', '2001:db8::7']}, routes => {
		routes.get('/open', bypass(), ctx => {
			reached += 1;
			ok(ctx);
		});
	});
	router.get('/who', ctx => {
		reached += 1;
		ok(ctx);
	});

	for (const spelling of ['203.0.113.7', '::ffff:203.0.113.7', '::FFFF:CB00:7107', '2001:DB8::7']) {
		for (const path of ['/who', '/open', '/nowhere']) {
			const {status, text, headers} = await from(spelling).get(path);
			t.is(status, 403);
			t.is(text, 'denied\n');
			t.is(headers['cache-control'], 'private, no-store');
			t.deepEqual(
				Object.keys(headers).filter(name => /ratelimit|retry/.test(name)),
				[],
			);
		}
	}

	t.is(reached, 0);
	// The list is matched against the full address, not the client's /64.
	t.is((await from('2001:db8::8').get('/who')).status, 200);
	t.deepEqual((await from('203.0.113.7').get('/who').accept('application/json')).body, {
		type: 'about:blank',
		title: 'Forbidden',
		status: 403,
		detail: 'denied',
	});
});

test('deny wins over allow, and allow wins over a ban', async t => {
	const allow = new AddressList([]);
	const {from, gate} = gatedApp({...behind, allow, deny: ['203.0.113.7']});
	await gate.ban('203.0.113.8');
	await allow.replace(['203.0.113.0/24']);

	t.is((await from('203.0.113.7').get('/ping')).status, 403);
	t.is((await from('203.0.113.8').get('/ping')).status, 200);
	await allow.replace([]);
	t.is((await from('203.0.113.8').get('/ping')).status, 403);
});

test('replacing a list takes effect while the app runs, in every gate that uses it', async t => {
	const deny = new AddressList(['203.0.113.7']);
	const gates = [gatedApp({...behind, deny}), gatedApp({...behind, deny})];
	const statuses = (address: string) =>
		Promise.all(gates.map(async ({from}) => (await from(address).get('/ping')).status));

	t.deepEqual(await statuses('203.0.113.7'), [403, 403]);
	await deny.replace(['203.0.113.8']);
	t.deepEqual(await statuses('203.0.113.7'), [200, 200]);
	t.deepEqual(await statuses('203.0.113.8'), [403, 403]);
});

const functions: ReadonlyArray<[kind: string, wrap: (result: boolean) => unknown]> = [
	['synchronous', result => result],
	['asynchronous', result => Promise.resolve(result)],
];

for (const [kind, wrap] of functions) {
	test(`allow and deny may be ${kind} functions`, async t => {
		const has = (name: string) => (ctx: Koa.Context) => wrap(ctx.get(name) !== '');
		const options = {...behind, allow: has('X-Allow'), deny: has('X-Deny')} as GatekeeperOptions;
		const {from} = gatedApp(options);
		const status = async (header: string) =>
			(await from('203.0.113.7').get('/ping').set(header, 'yes')).status;

		t.deepEqual(
			[await status('X-Allow'), await status('X-None'), await status('X-None')],
			[200, 200, 429],
		);
		t.deepEqual([await status('X-Allow'), await status('X-Deny')], [200, 403]);
	});
}

test("an error of allow, deny or key goes to Koa's error handler, and the request no further", async t => {
	let reached = 0;
	const teapot = Object.assign(new Error('teapot'), {status: 418});
	const fails = [
		() => {
			throw teapot;
		},
		() => Promise.reject(teapot),
	];

	for (const option of ['allow', 'deny', 'key']) {
		for (const fail of fails) {
			const {http} = gatedApp({[option]: fail}, router => {
				router.get('/who', () => {
					reached += 1;
				});
			});
			t.is((await http.get('/who')).status, 418, option);
		}
	}

	t.is(reached, 0);
});

test('allow covers a trusted proxy that names no client, but not one whose header cannot be read', async t => {
	const {app} = gatedApp({...behind, allow: ['10.0.0.0/8']}, router => {
		router.get('/who', ctx => {
			ctx.body = `${ctx.state.gatekeeper.exemption}`;
		});
	});
	const ask = await servePeers(t, app);

	t.is(await ask('10.0.0.5', []), 'allowed');
	t.is(await ask('10.0.0.5', ['X-Forwarded-For:']), 'allowed');
	t.is(await ask('10.0.0.5', ['X-Forwarded-For: 10.0.0.9']), 'allowed');
	t.is(await ask('10.0.0.5', ['X-Forwarded-For: evil']), 'undefined');
	t.regex(await ask('10.0.0.5', ['X-Forwarded-For: 10.0.0.9, evil']), /^rate limited/);

	const {app: byFunction} = gatedApp({...behind, allow: () => true}, router => {
		router.get('/who', ctx => {
			ctx.body = `${ctx.state.gatekeeper.exemption}`;
		});
	});
	const askFunction = await servePeers(t, byFunction);
	t.is(await askFunction('10.0.0.5', ['X-Forwarded-For: 203.0.113.7']), 'allowed');
	t.is(await askFunction('10.0.0.5', ['X-Forwarded-For: evil']), 'undefined');
});

test('a gate that allows a client leaves the fields of the gate before it', async t => {
	const app = new Koa();
	const router = new Router();
	router.get('/ping', ok);
	const {store} = manualClockStore();
	app.use(gatekeeper({rateLimitRule: [{count: 5, window: 60, name: 'outer'}], store}));
	app.use(gatekeeper({rateLimitRule: [1, 60], allow: ['loopback']}));
	app.use(router.routes());
	const {http} = agents(app);

	t.is((await http.get('/ping')).headers.ratelimit, '"outer";r=4;t=60');
	t.is((await http.get('/ping')).headers.ratelimit, '"outer";r=3;t=60');
});
