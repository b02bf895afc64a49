import test from 'ava';
import {
	AddressList,
	type BanOptions,
	type ClientName,
	gatekeeper,
	MemoryStore,
	type ReportOutcome,
} from '../../source/index.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {bansOf, gatedApp} from '../support/gated-app.ts';
import {manualClockStore} from '../support/manual-clock.ts';

test("ban() bans for the ban rule's duration, or the one given", async t => {
	const all = gatedApp({banRule: [3, 60, 600]});
	const {gate, http, pass} = all;

	await gate.ban('127.0.0.1', {reason: 'by hand'});
	t.is((await http.get('/ping')).status, 403);
	t.deepEqual(await bansOf(all), [
		{client: '127.0.0.1', by: 'hand', reason: 'by hand', retryAfter: 600},
	]);

	await gate.ban('127.0.0.1', {duration: '2s'});
	t.deepEqual(await bansOf(all), [{client: '127.0.0.1', by: 'hand', retryAfter: 2}]);
	pass(2000);
	t.is((await http.get('/ping')).status, 200);
	t.deepEqual(await bansOf(all), []);
});

test('without a ban rule and a duration, a ban has no end', async t => {
	const all = gatedApp({rateLimitRule: [9, 60]});

	await all.gate.ban('127.0.0.1');
	all.pass(400 * 24 * 60 * 60 * 1000);
	t.is((await all.http.get('/ping')).status, 403);
	t.deepEqual(await bansOf(all), [{client: '127.0.0.1', by: 'hand', retryAfter: Infinity}]);
});

test('unban() ends a ban and forgets the reports, not the requests counted', async t => {
	const {gate, http} = gatedApp({banRule: [2, 60, 600], rateLimitRule: [2, 60]});

	await http.get('/ping');
	await gate.ban('127.0.0.1');
	await gate.unban('127.0.0.1');
	await gate.report('127.0.0.1');
	await gate.unban('127.0.0.1');
	t.deepEqual(await gate.report('127.0.0.1'), {reports: 1, banned: false});
	t.is((await http.get('/ping')).status, 200);
	t.is((await http.get('/ping')).status, 429);
});

test('reset() forgets requests and reports; a ban stays', async t => {
	const {gate, http} = gatedApp({banRule: [2, 60, 600], rateLimitRule: [1, 60]});

	await http.get('/ping');
	await gate.report('127.0.0.1');
	await gate.reset('127.0.0.1');
	t.is((await http.get('/ping')).status, 200);
	t.deepEqual(await gate.report('127.0.0.1'), {reports: 1, banned: false});
	await gate.ban('127.0.0.1');
	await gate.reset('127.0.0.1');
	t.is((await http.get('/ping')).status, 403);
});

test("report() counts like a handler's, and bans", async t => {
	const all = gatedApp({banRule: [3, 60, 600]});

	t.deepEqual(await all.gate.report('127.0.0.1', {weight: 2}), {reports: 2, banned: false});
	t.deepEqual(await all.gate.report('127.0.0.1', {reason: 'again'}), {
		reports: 3,
		banned: true,
		retryAfter: 600,
	});
	t.is((await all.http.get('/ping')).status, 403);
	t.deepEqual(await bansOf(all), [
		{client: '127.0.0.1', by: 'reports', reason: 'again', retryAfter: 600},
	]);
});

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

test('a client is an address in any spelling, a key as bans() shows it, or a key of another kind', async t => {
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

const strangers: readonly unknown[] = [
	...['', 'evil', 'localhost', '1.2.3.4:80', '1.2.3.4/32', '10.0.0.0/8', '1.2.3', '010.0.0.1'],
	...[
		'10.0.0.0/64',
		'::ffff:10.0.0.1/64',
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
	...[undefined, null, 7, {}, {key: 7}, {key: undefined}, {key: ''}, {key: ['a']}, ['1.2.3.4']],
];

test('anything else rejects with a TypeError, from every verb', async t => {
	const {gate} = gatedApp({banRule: [1, 1, 1]});

	for (const stranger of strangers) {
		for (const verb of ['ban', 'unban', 'reset', 'report'] as const) {
			await t.throwsAsync(gate[verb](stranger as ClientName), {
				instanceOf: TypeError,
				message: /^`client` must be an address, a key as bans\(\) shows it, or \{key: '…'\}, got /,
			});
		}
	}
});

test('bad options of verbs reject with a TypeError', async t => {
	const {gate} = gatedApp({banRule: [1, 1, 1]});
	const ban = (options: unknown) => gate.ban('127.0.0.1', options as BanOptions);

	await t.throwsAsync(ban({duration: 0}), {instanceOf: TypeError, message: /^`duration` must be/});
	await t.throwsAsync(ban({duration: null}), {
		instanceOf: TypeError,
		message: /^`duration` must be/,
	});
	await t.throwsAsync(ban({reason: 7}), {instanceOf: TypeError, message: /^`reason` must be text/});
	await t.throwsAsync(ban({durations: 7}), {
		instanceOf: TypeError,
		message: /did you mean `duration`/,
	});
	await t.throwsAsync(ban(null), {instanceOf: TypeError});
	await t.throwsAsync(gate.report('127.0.0.1', {weight: 0}), {instanceOf: TypeError});
	await t.throwsAsync(gate.report('127.0.0.1', null as unknown as object), {instanceOf: TypeError});
});

test('verbs reject when the store fails or does not answer, whatever onStoreError says', async t => {
	const every = (answer: () => never | Promise<never>) =>
		gatekeeper({
			banRule: [1, 1, 1],
			storeTimeout: '5ms',
			store: forwardTo(new MemoryStore(), {
				...{ban: answer, unban: answer, reset: answer, report: answer, close: answer},
				// biome-ignore lint/correctness/useYield: it fails, or falls silent, before the first
				async *bans() {
					await answer();
				},
			}),
		});
	const broken = every(() => {
		throw new Error('store down');
	});
	const silent = every(() => new Promise<never>(() => {}));

	for (const [gate, message] of [
		[broken, /^store down$/],
		[silent, /did not reply within 5 ms/],
	] as const) {
		for (const verb of ['ban', 'unban', 'reset', 'report'] as const) {
			await t.throwsAsync(gate[verb]('127.0.0.1'), {message});
		}

		await t.throwsAsync(gate.bans().next(), {message});
		await t.throwsAsync(gate.close(), {message});
	}
});

test('a store that answers a report with nonsense has failed', async t => {
	const store = forwardTo(new MemoryStore(), {report: () => ({}) as ReportOutcome});

	await t.throwsAsync(gatekeeper({banRule: [1, 1, 1], store}).report('127.0.0.1'), {
		message: /the store returned \{\}/,
	});
});

test('a ban by hand while the store fails holds in this process, too', async t => {
	const fail = () => {
		throw new Error('store down');
	};
	const {gate, http} = gatedApp({store: forwardTo(new MemoryStore(), {admit: fail})});

	t.is((await http.get('/ping')).status, 200);
	await gate.ban('127.0.0.1');
	t.is((await http.get('/ping')).status, 403);
	await gate.unban('127.0.0.1');
	t.is((await http.get('/ping')).status, 200);
});

test('a client behind NAT64 is named by its address, or as bans() shows it, and is one of its own', async t => {
	const {gate, from} = gatedApp({ipHeader: 'X-Forwarded-For'});
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
	await t.throwsAsync(gate.ban('64:ff9b::/64'), {instanceOf: TypeError});
	await t.throwsAsync(gate.ban('2001:db8::1/128'), {instanceOf: TypeError});
});

test('a store whose page of bans is no list, or has no end, has failed', async t => {
	for (const page of [
		5,
		undefined,
		(function* () {
			for (;;) {
				yield {client: 'a', by: 'hand', endsInMs: 0};
			}
		})(),
	]) {
		const store = forwardTo(new MemoryStore(), {bans: () => [page as never]});
		const gate = gatekeeper({store});

		await t.throwsAsync(bansOf({gate}), {message: /as a page of bans/});
	}
});

test('a list of bans that is left early is closed in the store', async t => {
	let isClosed = false;
	const gate = gatekeeper({
		store: forwardTo(new MemoryStore(), {
			async *bans() {
				try {
					yield [{client: 'a', by: 'hand' as const, endsInMs: 1000}];
					yield [{client: 'b', by: 'hand' as const, endsInMs: 1000}];
				} finally {
					isClosed = true;
				}
			},
		}),
	});

	for await (const {client} of gate.bans()) {
		t.is(client, 'a');
		break;
	}

	t.true(isClosed);
});

test('a list of bans that is read slowly tells the time of each, and none that has ended', async t => {
	const {gate, pass} = gatedApp();
	await gate.ban('192.0.2.1', {duration: 10});
	await gate.ban('192.0.2.2', {duration: 10});
	await gate.ban('192.0.2.3', {duration: 40});
	const told: number[] = [];
	for await (const {retryAfter} of gate.bans()) {
		told.push(retryAfter);
		pass(10_000);
	}

	t.deepEqual(told, [10, 30]);
});

test('other work runs while many bans are listed', async t => {
	const {store} = manualClockStore();
	const gate = gatekeeper({store});
	for (let index = 0; index < 100_000; index += 1) {
		store.ban(`client ${index}`, {duration: 1000});
	}

	let turns = 0;
	let isListed = false;
	const countTurns = () => {
		turns += 1;
		if (!isListed) {
			setImmediate(countTurns);
		}
	};
	countTurns();

	let listed = 0;
	for await (const _ of gate.bans()) {
		listed += 1;
	}

	isListed = true;
	t.is(listed, 100_000);
	t.true(turns >= 100, `${turns} turns of the event loop`);
});

test('close() lets everything go; the gate still works, from nothing', async t => {
	const all = gatedApp({rateLimitRule: [1, 60]});

	await all.http.get('/ping');
	await all.gate.ban('203.0.113.7');
	await all.gate.close();
	t.deepEqual(await bansOf(all), []);
	t.is((await all.http.get('/ping')).status, 200);
	t.is((await all.http.get('/ping')).status, 429);
});

test('two gates on one store have counters of their own, and the same bans', async t => {
	const {store} = manualClockStore();
	const one = gatedApp({rateLimitRule: [1, 60], store});
	const other = gatedApp({rateLimitRule: [1, 60], store});

	t.is((await one.http.get('/ping')).headers['ratelimit-policy'], '"global";q=1;w=60');
	t.is((await other.http.get('/ping')).headers['ratelimit-policy'], '"global-2";q=1;w=60');
	await one.gate.ban('127.0.0.1');
	t.is((await other.http.get('/ping')).status, 403);
});

test('two gates that give one name to equal rules on one store share the counter', async t => {
	const {store} = manualClockStore();
	const rateLimitRule = {count: 1, window: 60, name: 'api'};
	const one = gatedApp({rateLimitRule, store});
	const other = gatedApp({rateLimitRule, store});

	t.is((await one.http.get('/ping')).status, 200);
	t.is((await other.http.get('/ping')).status, 429);
});

test('two gates with stores of their own know nothing of each other', async t => {
	const one = gatedApp({rateLimitRule: [1, 60]});
	const other = gatedApp({rateLimitRule: [1, 60]});

	await one.gate.ban('127.0.0.1');
	t.is((await other.http.get('/ping')).headers['ratelimit-policy'], '"global";q=1;w=60');
});

test('no verb bans or reports whom no ban holds', async t => {
	const allow = new AddressList(['203.0.113.0/24', '2001:db8:1:2::/64', '2001:db8:9:9::7']);
	const all = gatedApp({banRule: [1, 60, 600], allow}, router => {
		router.get('/report', async ctx => {
			ctx.body = await ctx.report({client: ctx.get('X-Client')});
		});
	});
	const allowed = ['203.0.113.7', '::ffff:cb00:7107', '2001:db8:1:2::5', '2001:db8:1:2::/64'];

	for (const verb of ['ban', 'report'] as const) {
		for (const client of [...allowed, '2001:db8:9:9::7']) {
			await t.throwsAsync(all.gate[verb](client), {
				instanceOf: TypeError,
				message: `\`client\` must be a client that the list \`allow\` does not cover, since no ban holds those, got '${client}'`,
			});
		}

		await t.throwsAsync(all.gate[verb]('unix'), {
			instanceOf: TypeError,
			message:
				"`client` must be a client other than 'unix', since a ban of that would shut everyone out, got 'unix'",
		});
	}

	for (const [client, immune] of [
		...allowed.map(name => [name, 'allowed']),
		['unix', 'no-client'],
	]) {
		const {body} = await all.http.get('/report').set('X-Client', `${client}`);
		t.deepEqual(body, {reports: 0, banned: false, immune});
	}

	t.deepEqual(await bansOf(all), []);
	// A /64 of which one address is allowed can be banned: the ban holds for the others.
	await all.gate.ban('2001:db8:9:9::8');
	t.is((await bansOf(all)).length, 1);
	await Promise.all(allowed.map(client => all.gate.unban(client)));
	await all.gate.reset('unix');
});

test('a ban made under another ipv6Prefix can be ended', async t => {
	const {store} = manualClockStore();
	const before = gatedApp({store, ipv6Prefix: 48});
	const all = gatedApp({store, ipv6Prefix: 64});
	await before.gate.ban('2001:db8:1:2::7');

	t.deepEqual(
		(await bansOf(all)).map(ban => ban.client),
		['2001:db8:1::/48'],
	);
	await t.throwsAsync(all.gate.ban('2001:db8:1::/48'), {instanceOf: TypeError});
	for (const stranger of [
		'2001:db8:1::/31',
		'2001:db8:1::/129',
		'2001:db8:1::/048',
		'10.0.0.1/48',
	]) {
		await t.throwsAsync(all.gate.unban(stranger), {instanceOf: TypeError}, stranger);
	}

	await all.gate.unban('2001:db8:1::/48');
	t.deepEqual(await bansOf(all), []);
});
