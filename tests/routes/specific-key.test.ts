import {bodyParser} from '@koa/bodyparser';
import test from 'ava';
import {type GatekeeperOptions, type KeyOf, MemoryStore, specific} from '../../source/index.ts';
import {bansOf, type GatedApp, gatedApp} from '../support/gated-app.ts';
import {ok, report} from '../support/handlers.ts';

const account: KeyOf = ctx => (ctx.request.body as {account?: string}).account;

/** An app that limits logins by account, from any address, and reports each. */
function logins(options: GatekeeperOptions = {}): GatedApp {
	return gatedApp(
		{ipHeader: 'X-Forwarded-For', banRule: [3, 60, 600], ...options},
		(router, app) => {
			app.use(bodyParser());
			router.post('/login', specific([2, 60], {key: account}), report);
		},
	);
}

const logIn = async ({from}: GatedApp, address: string, tried: unknown) =>
	(await from(address).post('/login').send({account: tried})).status;

test('a specific() with a key counts by the key, from any address', async t => {
	const all = logins();

	t.is(await logIn(all, '203.0.113.1', 'alice'), 200);
	t.is(await logIn(all, '203.0.113.2', 'alice'), 200);
	t.is(await logIn(all, '203.0.113.3', 'alice'), 429);
	t.is(await logIn(all, '203.0.113.3', 'bob'), 200);
	all.pass(60_000);
	t.is(await logIn(all, '203.0.113.4', 'alice'), 200);
});

test('without a value for the key, a specific() counts by client', async t => {
	const all = logins({banRule: [9, 60, 600]});

	for (const [index, tried] of [undefined, '', null].entries()) {
		t.is(await logIn(all, `203.0.113.${index}`, tried), 200);
		t.is(await logIn(all, `203.0.113.${index}`, undefined), 200);
		t.is(await logIn(all, `203.0.113.${index}`, tried), 429);
	}
});

test('no account gets a second quota by a value of another type', async t => {
	const all = logins({banRule: [9, 60, 600]});

	t.is(await logIn(all, '203.0.113.1', '12345'), 200);
	t.is(await logIn(all, '203.0.113.2', 12_345), 200);
	t.is(await logIn(all, '203.0.113.3', '12345'), 429);
	t.is(await logIn(all, '203.0.113.4', 12_345), 429);
	t.is(await logIn(all, '203.0.113.5', ['12345']), 200);
	t.is(await logIn(all, '203.0.113.6', {account: '12345'}), 200);
	t.is(await logIn(all, '203.0.113.7', [['12345']]), 429);
	t.is(await logIn(all, '203.0.113.8', true), 429);
});

test('a report bans the client that tried an account, never the account', async t => {
	const all = logins();

	for (const client of ['203.0.113.1', '203.0.113.1', '203.0.113.2', '203.0.113.2']) {
		await logIn(all, client, `account of ${client}`);
	}

	t.is(await logIn(all, '203.0.113.1', 'alice'), 200);
	t.is(await logIn(all, '203.0.113.1', 'bob'), 403);
	t.is(await logIn(all, '203.0.113.2', 'alice'), 200);
	t.deepEqual(
		(await bansOf(all)).map(ban => ban.client),
		['203.0.113.1', '203.0.113.2'],
	);
});

test('a ban of an address or a user does not affect the same text as the key of a specific()', async t => {
	const all = logins({key: ctx => ctx.get('X-User'), banRule: [1, 60, 600]});
	await all.gate.ban({key: 'alice'});
	await all.gate.ban('203.0.113.99');

	t.is(await logIn(all, '203.0.113.1', 'alice'), 200);
	t.is(await logIn(all, '203.0.113.2', '203.0.113.99'), 200);
	t.is(await logIn(all, '203.0.113.3', '203.0.113.99'), 200);
	await all.gate.unban('203.0.113.99');
	t.is(await logIn(all, '203.0.113.99', undefined), 200);
});

test('reset() with {specificKey} resets the counter of a specific()', async t => {
	const all = logins();
	await logIn(all, '203.0.113.1', 'alice');
	await logIn(all, '203.0.113.2', 'alice');

	await all.gate.reset({key: 'alice'});
	t.is(await logIn(all, '203.0.113.3', 'alice'), 429);
	await all.gate.reset({specificKey: 'alice'});
	t.is(await logIn(all, '203.0.113.3', 'alice'), 200);
});

test('a route may have two specific() rules, one by address and one by key', async t => {
	const {from} = gatedApp({ipHeader: 'X-Forwarded-For'}, router => {
		router.get(
			'/login',
			specific({count: 2, window: 60, name: 'address'}),
			specific({count: 3, window: 60, name: 'account'}, {key: async ctx => ctx.get('X-Account')}),
			ok,
		);
	});
	const login = async (address: string, tried: string) => {
		const {status, headers} = await from(address).get('/login').set('X-Account', tried);
		return [status, headers.ratelimit];
	};

	t.deepEqual(await login('203.0.113.1', 'alice'), [200, '"address";r=1;t=60, "account";r=2;t=60']);
	t.deepEqual(await login('203.0.113.1', 'bob'), [200, '"address";r=0;t=60, "account";r=2;t=60']);
	t.deepEqual(await login('203.0.113.1', 'alice'), [429, '"address";r=0;t=60']);
	t.is((await login('203.0.113.2', 'alice'))[0], 200);
	t.is((await login('203.0.113.3', 'alice'))[0], 200);
	t.deepEqual(await login('203.0.113.4', 'alice'), [429, '"account";r=0;t=60']);
});

test('a key may join address and account: JSON keeps the parts apart', async t => {
	const {from} = gatedApp({ipHeader: 'X-Forwarded-For'}, router => {
		const key: KeyOf = ctx => JSON.stringify([ctx.state.gatekeeper.client, ctx.get('X-Account')]);
		router.get('/login', specific([1, 60], {key}), ok);
	});
	const status = async (address: string, tried: string) =>
		(await from(address).get('/login').set('X-Account', tried)).status;

	t.is(await status('203.0.113.1', 'a'), 200);
	t.is(await status('203.0.113.1', 'b'), 200);
	t.is(await status('203.0.113.2', 'a'), 200);
	t.is(await status('203.0.113.1', 'a'), 429);
	t.is(await status('203.0.113.1', '","a'), 200);
});

test('invented accounts do not displace an account that is being tried', async t => {
	const store = new MemoryStore({clock: () => 0, maxClients: 100});
	const {from} = gatedApp({store, ipHeader: 'X-Forwarded-For'}, router => {
		router.get('/login', specific([20, '1h'], {key: ctx => ctx.get('X-Account')}), ok);
	});
	const logIn = async (account: string, client: string) =>
		(await from(client).get('/login').set('X-Account', account)).status;
	for (let tried = 0; tried < 20; tried += 1) {
		t.is(await logIn('alice', '2001:db8::1'), 200);
	}

	for (let flood = 0; flood < 300; flood += 1) {
		await logIn(`invented ${flood}`, `2001:db8:0:${flood.toString(16)}::1`);
	}

	t.is(await logIn('alice', '2001:db8:0:ffff::1'), 429);
});
