import {runInNewContext} from 'node:vm';
import test from 'ava';
import {type Gatekeeper, gatekeeper, specific} from '../../source/index.ts';
import {RedisStore} from '../../source/redis.ts';
import {onEveryStore} from '../support/every-store.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok, report} from '../support/handlers.ts';
import {heardFrom} from '../support/heard.ts';
import {until} from '../support/latch.ts';
import {manualClockStore} from '../support/manual-clock.ts';
import {packages} from '../support/redis/clients.ts';
import {startRedis} from '../support/redis/server.ts';

const alice = '203.0.113.7';
const bob = '203.0.113.8';

onEveryStore('every refusal is told of, with its client and why', async (t, {store}) => {
	const {gate, from} = gatedApp(
		{
			rateLimitRule: [2, 60],
			banRule: [1, 60, 600],
			deny: ['198.51.100.1'],
			ipHeader: 'X-Forwarded-For',
			store,
		},
		router => {
			router.get('/login', specific({count: 1, window: 10, name: 'login'}), ok);
		},
	);
	const heard = heardFrom(gate);

	await from(alice).get('/login');
	t.deepEqual(heard, []);
	await from(alice).get('/login');
	await from(alice).get('/ping');
	await gate.ban(alice, {duration: 60, reason: 'scraper'});
	await from(alice).get('/ping');
	await from('198.51.100.1').get('/ping');

	const limited = {client: alice, kind: 'limited', status: 429};
	t.deepEqual(heard, [
		['refused', {...limited, rules: ['login'], retryAfter: 10}],
		['refused', {...limited, rules: ['global'], retryAfter: 60}],
		['banned', {client: alice, by: 'hand', reason: 'scraper', retryAfter: 60}],
		[
			'refused',
			{
				client: alice,
				kind: 'banned',
				status: 403,
				rules: [],
				by: 'hand',
				retryAfter: 60,
				reason: 'scraper',
			},
		],
		['refused', {client: '198.51.100.1', kind: 'denied', status: 403, rules: []}],
	]);
});

onEveryStore(
	'a refusal by the `key` of a specific is told of as `keyed`, since others may have filled the rule',
	async (t, {store}) => {
		const told: Array<true | undefined> = [];
		const {gate, from} = gatedApp(
			{
				ipHeader: 'X-Forwarded-For',
				store,
				onRefused: (_ctx, {keyed}) => told.push(keyed),
			},
			router => {
				const perAccount = specific(
					{count: 1, window: 60, name: 'account'},
					{key: ctx => ctx.get('X-Account')},
				);
				router.get('/login', perAccount, ok);
			},
		);
		const heard = heardFrom(gate);
		const login = (client: string, account: string) =>
			from(client).get('/login').set('X-Account', account);

		await login(alice, 'ann');
		await login(bob, 'ann');
		await login(alice, '');
		await login(alice, '');

		const refused = {kind: 'limited', status: 429, rules: ['account'], retryAfter: 60};
		t.deepEqual(heard, [
			['refused', {...refused, client: bob, keyed: true}],
			['refused', {...refused, client: alice}],
		]);
		t.deepEqual(told, [true, undefined]);
	},
);

onEveryStore('a dry run tells of `keyed` too', async (t, {store}) => {
	const {gate, http} = gatedApp({dryRun: true, store}, router => {
		router.get('/login', specific([1, 60], {key: () => 'ann'}), ok);
	});
	const heard = heardFrom(gate);

	await http.get('/login');
	t.is((await http.get('/login')).status, 200);
	t.like(heard, [['refused', {kind: 'limited', keyed: true, dryRun: true}]]);
});

onEveryStore('reports are told of, and the ban that they begin', async (t, {store}) => {
	const {gate, http} = gatedApp({banRule: [2, 60, 600], store}, router => {
		router.get('/report', report);
		router.get('/scan', ctx => ctx.report({weight: 2, reason: 'scan'}));
	});
	const heard = heardFrom(gate);
	const client = '127.0.0.1';

	await http.get('/report');
	await gate.report(client, {reason: 'mine'});
	t.deepEqual(heard, [
		['reported', {client, weight: 1, reports: 1, banned: false}],
		['reported', {client, weight: 1, reports: 2, banned: true, reason: 'mine'}],
		['banned', {client, by: 'reports', reason: 'mine', retryAfter: 600}],
	]);

	await gate.report(client);
	t.deepEqual(heard.slice(3), [['reported', {client, weight: 1, reports: 0, banned: true}]]);

	await gate.unban(client);
	await http.get('/scan');
	t.deepEqual(heard.slice(4), [
		['unbanned', {client}],
		['reported', {client, weight: 2, reports: 2, banned: true, reason: 'scan'}],
		['banned', {client, by: 'reports', reason: 'scan', retryAfter: 600}],
	]);
});

onEveryStore('a ban under a list of durations tells its strike', async (t, {store, pass}) => {
	const {gate} = gatedApp({banRule: [1, 60, [600, 3600]], store});
	const heard = heardFrom(gate);

	await gate.report(alice);
	await pass(600_000);
	await gate.report(alice);

	t.deepEqual(
		heard.filter(([name]) => name === 'banned').map(([, event]) => event),
		[
			{client: alice, by: 'reports', retryAfter: 600, strike: 1},
			{client: alice, by: 'reports', retryAfter: 3600, strike: 2},
		],
	);
});

onEveryStore(
	'bans by hand are told of: of clients, of ranges, without end, and by ctx.ban()',
	async (t, {store}) => {
		const {gate, http} = gatedApp({store}, router => {
			router.get('/trap', async ctx => {
				await ctx.ban({duration: 60, reason: 'trap'});
				await ctx.ban({duration: 30, reason: 'shorter than the one in force'});
			});
		});
		const heard = heardFrom(gate);

		await gate.ban(alice);
		await gate.ban('198.51.100.0/24', {duration: '1h'});
		await http.get('/trap');
		await gate.unban('198.51.100.0/24');
		await gate.unban('2001:db8:1:2::/64');

		t.deepEqual(heard, [
			['banned', {client: alice, by: 'hand', retryAfter: Infinity}],
			['banned', {client: '198.51.100.0/24', by: 'hand', retryAfter: 3600}],
			['banned', {client: '127.0.0.1', by: 'hand', reason: 'trap', retryAfter: 60}],
			['unbanned', {client: '198.51.100.0/24'}],
			['unbanned', {client: '2001:db8:1:2::/64'}],
		]);
	},
);

onEveryStore('nothing is told of a call that fails', async (t, {store}) => {
	const {gate} = gatedApp({store, allow: [alice]});
	const heard = heardFrom(gate);

	await t.throwsAsync(gate.ban(alice));
	await t.throwsAsync(gate.ban('nobody'));
	await t.throwsAsync(gate.unban('nobody'));
	await t.throwsAsync(gate.report(alice));
	await gate.report(bob);

	t.deepEqual(heard, []);
});

onEveryStore('a dry run tells what it would have refused', async (t, {store}) => {
	const {gate, http} = gatedApp({rateLimitRule: [1, 60], store, dryRun: true});
	const heard = heardFrom(gate);

	t.is((await http.get('/ping')).status, 200);
	t.is((await http.get('/ping')).status, 200);
	t.like(heard, [
		['refused', {client: '127.0.0.1', kind: 'limited', status: 429, retryAfter: 60, dryRun: true}],
	]);
	t.is(heard.length, 1);
});

test('an event of a request has its context', async t => {
	const {gate, http} = gatedApp({rateLimitRule: [1, 60], banRule: [2, 60, 600]}, router => {
		router.get('/report', report);
	});
	const paths: Array<string | undefined> = [];
	gate.on('refused', ({ctx}) => paths.push(ctx?.path));
	gate.on('reported', ({ctx}) => paths.push(ctx?.path));

	await http.get('/report');
	await http.get('/ping?why');
	await gate.report('127.0.0.1');
	t.deepEqual(paths, ['/report', '/ping', undefined]);
});

/** A gate over a store that is down until `repair` is called. */
function overFailingStore(): {gate: Gatekeeper; repair: () => void; pass: (ms: number) => void} {
	const {store, pass} = manualClockStore();
	let isDown = true;
	const failing = forwardTo(store, {
		admit: (client, rules, options) =>
			isDown ? Promise.reject(new Error('down')) : store.admit(client, rules, options),
	});

	return {
		gate: gatekeeper({rateLimitRule: [100, 60], store: failing}),
		repair: () => {
			isDown = false;
		},
		pass,
	};
}

test('the failure of a store is told of once, and that it works again', async t => {
	const {gate, repair, pass} = overFailingStore();
	const {http} = gatedAppBehind(gate);
	const heard = heardFrom(gate);

	await http.get('/');
	await http.get('/');
	t.deepEqual(heard, [['storeFailed', {error: new Error('down')}]]);
	repair();
	pass(5000);
	await http.get('/');
	pass(10_000);
	await http.get('/');
	t.deepEqual(heard.slice(1), [['storeRecovered', {}]]);
});

test('the failure of a Redis server is told of, and that it works again', async t => {
	const server = await startRedis();
	const {client, close} = await packages.ioredis(server.port);
	t.teardown(async () => {
		await close();
		await server.stop();
	});
	let now = 0;
	const store = new RedisStore({client, clock: () => now});
	const {gate, http} = gatedApp({rateLimitRule: [100, 60], store, storeTimeout: 0.2});
	const names: string[] = [];
	gate.on('storeFailed', () => names.push('storeFailed'));
	gate.on('storeRecovered', () => names.push('storeRecovered'));
	const passed = async () => {
		now += 10_000;
		t.is((await http.get('/ping')).status, 200);
	};

	await passed();
	server.pause();
	await passed();
	t.deepEqual(names, ['storeFailed']);
	t.true(gate.stats().store.isFailing);
	server.resume();
	while (names.length === 1) {
		await passed();
	}

	t.deepEqual(names, ['storeFailed', 'storeRecovered']);
	t.false(gate.stats().store.isFailing);
});

test('a listener that throws or rejects breaks neither the request nor the other listeners, and is heard of', async t => {
	const {app, gate, http} = gatedApp({rateLimitRule: [1, 60]});
	const errors: string[] = [];
	const called: string[] = [];
	app.on('error', ({message}: Error) => errors.push(message));
	gate.on('refused', () => {
		throw new Error('thrown');
	});
	gate.on('refused', async () => {
		throw new Error('rejected');
	});
	gate.on('refused', () => {
		throw 'no error';
	});
	gate.on('refused', ({client}) => called.push(client));

	await http.get('/ping');
	t.is((await http.get('/ping')).status, 429);
	await until(() => errors.length === 3);
	t.deepEqual(errors.sort(), ["non-error thrown: 'no error'", 'rejected', 'thrown']);
	t.deepEqual(called, ['127.0.0.1']);
});

test.serial('without a request, an error of a listener is a warning of Node.js', async t => {
	const {gate} = gatedApp();
	const seen: string[] = [];
	const listener = ({message}: Error) => seen.push(message);
	process.on('warning', listener);
	t.teardown(() => process.off('warning', listener));
	gate.on('banned', () => {
		throw new Error('of the listener');
	});
	gate.on('banned', async () => {
		throw 7;
	});

	await t.notThrowsAsync(gate.ban(alice));
	await until(() => seen.length >= 2);
	t.deepEqual(seen, ['of the listener', 'A listener threw 7']);
});

test('an error of another realm, as in Jest, breaks nothing either', async t => {
	const foreign: unknown = runInNewContext("new Error('foreign')");
	const {gate} = gatedApp();
	const heard: string[] = [];
	gate.on('banned', () => {
		throw foreign;
	});
	gate.on('banned', async () => {
		throw foreign;
	});
	gate.on('banned', ({client}) => heard.push(client));

	await t.notThrowsAsync(gate.ban(alice));
	t.deepEqual(heard, [alice]);
});

test('on, once and off are those of an emitter', async t => {
	const {gate} = gatedApp();
	const heard: string[] = [];
	const listener = () => heard.push('on');

	t.is(gate.on('unbanned', listener), gate);
	t.is(
		gate.once('unbanned', () => heard.push('once')),
		gate,
	);
	await gate.unban(alice);
	await gate.unban(alice);
	t.is(gate.off('unbanned', listener), gate);
	await gate.unban(alice);

	t.deepEqual(heard, ['on', 'once', 'on']);
});

test('an event that there is not is an error that lists them all, and so is a listener that is no function', t => {
	const {gate} = gatedApp();
	const message =
		"`event` must be one of 'refused', 'reported', 'banned', 'unbanned', 'storeFailed', 'storeRecovered', got 'refuse'";

	for (const method of ['on', 'once', 'off'] as const) {
		t.throws(() => gate[method]('refuse' as never, () => {}), {instanceOf: TypeError, message});
	}

	t.throws(() => gate.on('refused', undefined as never), {
		instanceOf: TypeError,
		message: '`listener` must be a function of the event, got undefined',
	});
});

test('a listener may add and remove listeners, and ban', async t => {
	const {gate, http} = gatedApp({rateLimitRule: [1, 60]});
	gate.once('refused', async ({client}) => {
		gate.on('refused', () => {});
		await gate.ban(client, {duration: 60});
	});

	await http.get('/ping');
	t.is((await http.get('/ping')).status, 429);
	await until(() => gate.stats().bans === 1);
	t.is((await http.get('/ping')).status, 403);
});

function gatedAppBehind(gate: Gatekeeper) {
	return gatedApp({}, (_router, app) => {
		app.middleware.splice(0, 1, gate);
	});
}

test('a gate tells of its own work only', async t => {
	const {store} = manualClockStore();
	const one = gatekeeper({store});
	const other = gatekeeper({store});
	const heard = heardFrom(one);
	await other.ban(alice);

	t.deepEqual(heard, []);
});
