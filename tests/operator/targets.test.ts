import test from 'ava';
import {AddressList, type ClientName} from '../../source/index.ts';
import {bansOf, gatedApp} from '../support/gated-app.ts';
import {manualClockStore} from '../support/manual-clock.ts';

const spellings: ReadonlyArray<[ClientName, string]> = [
	['203.0.113.7', '203.0.113.7'],
	['::ffff:203.0.113.7', '203.0.113.7'],
	['2001:DB8:1:2::7', '2001:db8:1:2::/64'],
	['2001:db8:1:2::/64', '2001:db8:1:2::/64'],
	['::1', '::/64'],
	[{key: 'alice'}, 'key:alice'],
	['key:alice', 'key:alice'],
	[{key: '__proto__\0/\n'}, 'key:__proto__\0/\n'],
];

test('a client may be named by an address in any spelling, a key as bans() shows it, or {key}', async t => {
	for (const [client, key] of spellings) {
		const all = gatedApp();
		await all.gate.ban(client);
		t.deepEqual(
			(await bansOf(all)).map(ban => ban.client),
			[key],
		);
		await all.gate.unban(key);
		t.deepEqual(await bansOf(all), []);
	}
});

const invalid: readonly unknown[] = [
	...['', 'evil', 'localhost', '1.2.3.4:80', '1.2.3.4/33', '10.0.0.0/08', '1.2.3', '010.0.0.1'],
	...[
		'10.0.0.0/64',
		'x/10.0.0.0/8',
		'10.0.0.0/8/8',
		'::ffff:10.0.0.1/64',
		'2001:db8::/129',
		'key:',
		'keys:a',
		'hash:0',
		'specific-key:a',
		'[2001:db8::1]',
		'fe80::1%eth0',
		' 1.2.3.4',
		'1.2.3.4\n',
		'constructor',
	],
	...[
		undefined,
		null,
		7,
		{},
		{key: 7},
		{key: undefined},
		{key: ''},
		{key: ['a']},
		['1.2.3.4'],
		['10.0.0.0/8'],
	],
];

test('every method rejects any other name with a TypeError', async t => {
	const {gate} = gatedApp({banRule: [1, 1, 1]});

	for (const name of invalid) {
		for (const method of ['ban', 'unban', 'reset', 'report'] as const) {
			await t.throwsAsync(gate[method](name as ClientName), {
				instanceOf: TypeError,
				message: /^`client` must be an address, a key as bans\(\) shows it, or \{key: '…'\}, got /,
			});
		}
	}
});

test('every address behind NAT64 is its own client, named by address or as bans() shows it', async t => {
	const {gate, from} = gatedApp({banRule: [2, 60, 600], ipHeader: 'X-Forwarded-For'});
	const [one, other] = ['64:ff9b::198.51.100.1', '64:ff9b::203.0.113.9'];
	await gate.ban(one);
	t.is((await from(one).get('/ping')).status, 403);
	t.is((await from(other).get('/ping')).status, 200);
	const [{client = ''} = {}] = await bansOf({gate});
	t.is(client, '64:ff9b::c633:6401/128');

	await gate.unban(client);
	t.is((await from(one).get('/ping')).status, 200);
	await gate.ban(client);
	t.is((await from(one).get('/ping')).status, 403);
	await gate.reset(one);
	await gate.unban(one);
	t.deepEqual(await gate.report(client), {reports: 1, banned: false});
	t.deepEqual(await gate.report('64:ff9b::c633:6401'), {reports: 2, banned: true, retryAfter: 600});
	t.deepEqual(await gate.report('198.51.100.1'), {reports: 1, banned: false});
	t.is((await from('198.51.100.1').get('/ping')).status, 200);
	await t.throwsAsync(gate.ban('2001:db8::1/128'), {instanceOf: TypeError});
});

test('no client has a name that is also that of clients behind NAT64', async t => {
	for (const [ipv6Prefix, address] of [
		[32, '64:ff9b:1::7'],
		[44, '64:ff9b:1::7'],
		[47, '64:ff9b:1::7'],
		[48, '64:ff9b:1::7'],
		[48, '64:ff9b:0:5::7'],
		[64, '64:ff9b::5:0:0:7'],
		[95, '64:ff9b::1:0:7'],
		[97, '64:ff9b::7'],
	] as const) {
		const {gate, from} = gatedApp({banRule: [1, 60, 600], ipHeader: 'X-Forwarded-For', ipv6Prefix});
		const status = async (client: string) => (await from(client).get('/ping')).status;
		await gate.report(address);
		const [{client = ''} = {}] = await bansOf({gate});
		t.is((await gate.inspect(client)).ban?.by, 'reports');
		await gate.unban(client);
		t.is(await status(address), 200, `${client} of ${ipv6Prefix} bits`);

		await gate.ban(client);
		t.deepEqual([await status(address), await status('64:ff9b::c633:6401')], [403, 200]);
	}
});

test('every address behind NAT64 has a quota of its own, and is allowed by its own address alone', async t => {
	const {gate, from} = gatedApp({
		rateLimitRule: [1, 60],
		allow: ['64:ff9b::203.0.113.0/120', '192.0.2.1'],
		ipHeader: 'X-Forwarded-For',
	});
	const twice = async (client: string) => [
		(await from(client).get('/ping')).status,
		(await from(client).get('/ping')).status,
	];

	t.deepEqual(await twice('64:ff9b::198.51.100.1'), [200, 429]);
	t.deepEqual(await twice('64:ff9b::198.51.100.2'), [200, 429]);
	t.deepEqual(await twice('198.51.100.1'), [200, 429]);
	t.deepEqual(await twice('64:ff9b::203.0.113.9'), [200, 200]);
	t.deepEqual(await twice('203.0.113.9'), [200, 429]);
	t.deepEqual(await twice('64:ff9b::192.0.2.1'), [200, 429]);
	await t.throwsAsync(gate.ban('64:ff9b::cb00:7109/128'), {message: /`allow`/});
	await gate.ban('203.0.113.9');
});

test('a client that no ban may hold cannot be banned or reported', async t => {
	const allow = new AddressList(['203.0.113.0/24', '2001:db8:1:2::/64', '2001:db8:9:9::7']);
	const all = gatedApp({banRule: [1, 60, 600], allow}, router => {
		router.get('/report', async ctx => {
			ctx.body = await ctx.report({client: ctx.get('X-Client')});
		});
	});
	const allowed = ['203.0.113.7', '::ffff:cb00:7107', '2001:db8:1:2::5', '2001:db8:1:2::/64'];

	for (const method of ['ban', 'report'] as const) {
		for (const client of [...allowed, '2001:db8:9:9::7']) {
			await t.throwsAsync(all.gate[method](client), {
				instanceOf: TypeError,
				message: `\`client\` must be a client that is not on the \`allow\` list, which exempts from bans, got '${client}'`,
			});
		}

		await t.throwsAsync(all.gate[method]('unix'), {
			instanceOf: TypeError,
			message:
				"`client` must be a client other than 'unix' and 'no-address', since banning it would shut everyone out, got 'unix'",
		});
		await t.throwsAsync(all.gate[method]('no-address'), {message: /shut everyone out/});
	}

	for (const [client, immune] of [
		...allowed.map(name => [name, 'allowed']),
		['unix', 'no-client'],
		['no-address', 'no-client'],
	]) {
		const {body} = await all.http.get('/report').set('X-Client', `${client}`);
		t.deepEqual(body, {reports: 0, banned: false, immune});
	}

	t.deepEqual(await bansOf(all), []);
	// A /64 with one allowed address can be banned: the ban holds for its other addresses.
	await all.gate.ban('2001:db8:9:9::8');
	t.is((await bansOf(all)).length, 1);
	await Promise.all(allowed.map(client => all.gate.unban(client)));
	await all.gate.reset('unix');
	await all.gate.reset('no-address');
});

test('a ban that was made with another ipv6Prefix can be ended', async t => {
	const {store} = manualClockStore();
	const before = gatedApp({store, ipv6Prefix: 48});
	const all = gatedApp({store, ipv6Prefix: 64});
	await before.gate.ban('2001:db8:1:2::7');

	t.deepEqual(
		(await bansOf(all)).map(ban => ban.client),
		['2001:db8:1::/48'],
	);
	for (const name of ['2001:db8:1::/129', '2001:db8:1::/048', '10.0.0.1/48']) {
		await t.throwsAsync(all.gate.unban(name), {instanceOf: TypeError}, name);
	}

	await all.gate.unban('2001:db8:1::/48');
	t.deepEqual(await bansOf(all), []);
});
