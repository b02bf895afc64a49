import test from 'ava';
import type {KeyOf} from '../../source/index.ts';
import {bansOf, gatedApp} from '../support/gated-app.ts';
import {report} from '../support/handlers.ts';
import {warnings} from '../support/warnings.ts';

const byUser: KeyOf = ctx => ctx.get('X-User');
const behind = {ipHeader: 'X-Forwarded-For', rateLimitRule: [1, 60]} as const;

test('a client with a key is counted by the key, from any address, and others by their address', async t => {
	const {from} = gatedApp({...behind, key: byUser});
	const status = async (address: string, user: string) =>
		(await from(address).get('/ping').set('X-User', user)).status;

	t.is(await status('203.0.113.7', 'alice'), 200);
	t.is(await status('203.0.113.8', 'alice'), 429);
	t.is(await status('203.0.113.7', 'bob'), 200);
	t.is(await status('203.0.113.7', ''), 200);
	t.is(await status('203.0.113.7', ''), 429);
	t.is(await status('203.0.113.8', ''), 200);
});

test('a key never counts as an address, whatever it looks like', async t => {
	const {from} = gatedApp({...behind, key: byUser});
	const status = async (user: string) =>
		(await from('203.0.113.7').get('/ping').set('X-User', user)).status;

	t.is(await status(''), 200);
	for (const user of ['203.0.113.7', '::ffff:203.0.113.7', 'unix', 'key:a', 'a', 'hash:a']) {
		t.is(await status(user), 200, user);
		t.is(await status(user), 429, user);
	}
});

test("with a secret only the hash of a key is stored, which depends on the secret, and the operator's methods find it", async t => {
	const shown: string[] = [];
	const {from, gate} = gatedApp(
		{...behind, key: byUser, keySecret: 'pepper', banRule: [1, 60, 600]},
		router => {
			router.get('/client', ctx => {
				shown.push(ctx.state.gatekeeper.client);
				ctx.body = 'ok';
			});
		},
	);
	const status = async (user: string) =>
		(await from('203.0.113.7').get('/client').set('X-User', user)).status;
	const other = gatedApp({keySecret: 'salt'});

	t.is(await status('alice'), 200);
	t.is(await status('alice'), 429);
	t.is(await status('bob'), 200);
	t.is(new Set(shown).size, 2);
	t.true(shown.every(client => /^hash:[\da-f]{64}$/.test(client)));
	await gate.reset({key: 'alice'});
	t.is(await status('alice'), 200);

	await gate.ban({key: 'alice'});
	t.is(await status('alice'), 403);
	t.is((await bansOf({gate}))[0]?.client, shown[0]);
	await other.gate.ban({key: 'alice'});
	t.not((await bansOf(other))[0]?.client, shown[0]);
	await gate.unban(shown[0] ?? '');
	await gate.reset('key:alice');
	t.is(await status('alice'), 200);
	t.is(await status('x'.repeat(500)), 200);
	t.is(await status('x'.repeat(500)), 429);
});

test('a key may be asynchronous, and have any content and length', async t => {
	const keys = [
		'__proto__',
		'constructor',
		'\0',
		'\ud800',
		'\udfff',
		'\ufffd',
		'é',
		'e\u0301',
		',',
	];
	const texts = [...keys, 'x'.repeat(1_000_000), `${'x'.repeat(1_000_000)}y`];
	const {http} = gatedApp({
		rateLimitRule: [1, 60],
		key: async ctx => texts[Number(ctx.get('X-Key'))],
	});

	for (const index of texts.keys()) {
		t.is((await http.get('/ping').set('X-Key', `${index}`)).status, 200);
		t.is((await http.get('/ping').set('X-Key', `${index}`)).status, 429);
	}
});

test('a client with a key is banned, listed and unbanned by the key', async t => {
	const {from, gate} = gatedApp({...behind, banRule: [1, 60, 600], key: byUser}, router => {
		router.get('/report', report);
	});
	const alice = from('203.0.113.7').set('X-User', 'alice');

	t.deepEqual((await alice.get('/report')).body, {reports: 1, banned: true, retryAfter: 600});
	t.is((await from('203.0.113.8').set('X-User', 'alice').get('/ping')).status, 403);
	t.is((await from('203.0.113.7').get('/ping')).status, 200);
	t.deepEqual(await bansOf({gate}), [{client: 'key:alice', by: 'reports', retryAfter: 600}]);
	await gate.unban({key: 'alice'});
	t.is((await alice.get('/ping')).status, 429);
});

test('a request without a client that has a key counts as the client of that key', async t => {
	const {http} = gatedApp({...behind, banRule: [1, 60, 600], key: byUser}, router => {
		router.get('/report', report);
	});

	t.is((await http.get('/report')).body.immune, 'no-client');
	t.is((await http.get('/report').set('X-User', 'alice')).body.banned, true);
	t.is((await http.get('/ping')).status, 429);
});

test('allowed and denied clients are identified by address, without a call of key', async t => {
	let asked = 0;
	const {from} = gatedApp({
		...behind,
		allow: ['203.0.113.7'],
		deny: ['203.0.113.8'],
		key: () => {
			asked += 1;
			return 'alice';
		},
	});

	t.is((await from('203.0.113.7').get('/ping')).status, 200);
	t.is((await from('203.0.113.8').get('/ping')).status, 403);
	t.is(asked, 0);
});

test('a key that is a number counts as its text', async t => {
	const keys = [42, '42', 42n];
	const {http} = gatedApp({
		rateLimitRule: [1, 60],
		key: ctx => keys[Number(ctx.get('X-Index'))] as string,
	});

	t.is((await http.get('/ping').set('X-Index', '0')).status, 200);
	t.is((await http.get('/ping').set('X-Index', '1')).status, 429);
	t.is((await http.get('/ping').set('X-Index', '2')).status, 429);
});

test('key may return any thenable', async t => {
	const thenable = {
		// biome-ignore lint/suspicious/noThenProperty: the test is about it
		then: (resolve: (key: string) => void) => {
			setImmediate(resolve, 'alice');
		},
	};
	const {http} = gatedApp({
		rateLimitRule: [1, 60],
		key: () => thenable as unknown as Promise<string>,
	});

	t.is((await http.get('/ping')).text, 'pong');
	t.is((await http.get('/ping')).status, 429);
});

test.serial('a key that is not a string is ignored, with a warning', async t => {
	const seen = warnings(t);
	const keys: readonly unknown[] = [{}, ['a'], true, Symbol('a'), null, undefined, ''];
	const {http} = gatedApp({
		rateLimitRule: [keys.length, 60],
		key: ctx => keys[Number(ctx.get('X-Index'))] as string,
	});

	for (const index of keys.keys()) {
		t.is((await http.get('/ping').set('X-Index', `${index}`)).status, 200);
	}

	t.is((await http.get('/ping').set('X-Index', '0')).status, 429);
	t.deepEqual(await seen.messages(), [
		'key(ctx) must return a string or undefined, got object; the request is counted by its address',
	]);
	t.deepEqual(await seen.codes(), ['GATEKEEPER_BAD_KEY']);
});
