import {createHmac} from 'node:crypto';
import test from 'ava';
import type {DashboardData, KnownClient} from '../../../source/dashboard.ts';
import {gatekeeper, MemoryStore} from '../../../source/index.ts';
import {type DashboardApp, dashboardApp} from '../../support/dashboard/app.ts';
import {onEveryStore} from '../../support/every-store.ts';
import {forwardTo} from '../../support/forwarding-store.ts';
import {manualClockStore} from '../../support/manual-clock.ts';
import {unreadable} from '../../support/unreadable.ts';

async function dataOf({http}: DashboardApp, query = ''): Promise<DashboardData> {
	return (await http.get(`/?format=json${query}`)).body;
}

/** A page does not wait long for a store on a busy machine: it asks again. */
async function listedBans(app: DashboardApp): Promise<DashboardData['bans']> {
	for (;;) {
		const {bans} = await dataOf(app);
		if (bans.error === undefined) {
			return bans;
		}
	}
}

function search(app: DashboardApp, text: string): Promise<DashboardData> {
	return dataOf(app, `&client=${encodeURIComponent(text)}`);
}

/** What a search has found, which a client or a range must be. */
async function known(app: DashboardApp, text: string): Promise<KnownClient | undefined> {
	const {found} = await search(app, text);

	return found?.client === undefined ? undefined : found;
}

onEveryStore(
	'the JSON tells what was admitted and refused, whom, and by which rule',
	async (t, {store}) => {
		const app = dashboardApp({
			gate: {
				store,
				ipHeader: 'X-Forwarded-For',
				rateLimitRule: {count: 2, window: 60, name: 'pages'},
			},
		});
		const visitor = app.from('192.0.2.1');
		for (let index = 0; index < 5; index += 1) {
			await visitor.get('/ping');
		}

		await app.gate.ban('192.0.2.2');
		await app.from('192.0.2.2').get('/ping');
		const {
			title,
			now,
			dryRun,
			history,
			rules,
			clients,
			bans,
			store: health,
			found,
		} = await dataOf(app);
		const at = app.clock.wall();

		t.is(title, 'Gatekeeper');
		t.is(now, at);
		t.false(dryRun);
		t.is(history.admitted.at(-1), 2);
		t.is(history.limited.at(-1), 3);
		t.is(history.banned.at(-1), 1);
		t.deepEqual(rules, [
			{kind: 'limited', rule: 'pages', refused: 3, lastAt: at},
			{kind: 'banned', by: 'hand', rule: '', refused: 1, lastAt: at},
		]);
		t.deepEqual(clients, [
			{client: '192.0.2.1', refused: 3, kind: 'limited', rule: 'pages', lastAt: at},
			{client: '192.0.2.2', refused: 1, kind: 'banned', rule: '', by: 'hand', lastAt: at},
		]);
		t.is(bans.total, 1);
		t.deepEqual(health, {isFailing: false, failures: 0});
		t.is(found, undefined);
	},
);

onEveryStore(
	'a search tells how a client stands, and how it was identified',
	async (t, {store}) => {
		const app = dashboardApp({
			gate: {
				store,
				ipHeader: 'X-Forwarded-For',
				banRule: [3, 60, ['10m', '1h']],
				rateLimitRule: {count: 2, window: 60, name: 'pages'},
			},
		});
		const visitor = app.from('198.51.100.9, 2001:db8::1');
		for (let index = 0; index < 3; index += 1) {
			await visitor.get('/ping');
		}

		await app.gate.report('2001:db8::1');
		const found = await known(app, ' 2001:db8::5 ');
		t.like(found, {query: '2001:db8::5', client: '2001:db8::/64', reports: 1, strike: 0});
		t.like(found?.limits?.[0], {name: 'pages', count: 2, window: 60, remaining: 0, retryAfter: 60});
		t.like(found?.explanation, {
			client: '2001:db8::/64',
			header: 'x-forwarded-for',
			value: '198.51.100.9, 2001:db8::1',
			address: '2001:db8::1',
		});
		await app.gate.report('2001:db8::1', {weight: 2, reason: 'spam'});
		const {found: banned, bans} = await search(app, '2001:db8::1');
		const ban = {
			client: '2001:db8::/64',
			by: 'reports',
			reason: 'spam',
			retryAfter: 600,
			strike: 1,
		};
		t.like(banned, {ban});
		t.deepEqual([bans.total, bans.inForce], [0, 1]);
	},
);

onEveryStore(
	'a search finds a client in a banned range, the range itself, and a key',
	async (t, {store}) => {
		const app = dashboardApp({gate: {store}});
		await app.gate.ban('203.0.113.0/24', {reason: 'scrapers'});
		await app.gate.ban({key: 'alice'}, {duration: 60});
		const range = {client: '203.0.113.0/24', by: 'hand', reason: 'scrapers', retryAfter: null};

		t.deepEqual((await known(app, '203.0.113.7'))?.ban, range as never);
		t.deepEqual((await search(app, '203.0.113.99/24')).found, {
			query: '203.0.113.99/24',
			client: '203.0.113.0/24',
			ban: range,
		} as never);
		t.deepEqual((await search(app, '203.0.112.0/23')).found, {
			query: '203.0.112.0/23',
			client: '203.0.112.0/23',
		});
		t.like((await search(app, 'key:alice')).found, {client: 'key:alice', ban: {retryAfter: 60}});
		t.deepEqual((await search(app, 'scrap')).bans.entries, [range] as never);
	},
);

test('a search for what is no client says so', async t => {
	const app = dashboardApp();
	for (const text of [
		'alice',
		'300.1.1.1',
		'192.0.2.1/33',
		'<script>',
		'\u202e\u0000',
		'{"key":"a"}',
	]) {
		const {found} = await search(app, text);
		t.is(found?.query, text.trim());
		t.regex(found?.error ?? '', /^This is not a client: write an address/);
		t.is(found?.client, undefined);
	}
});

test('of the text that is searched for, 200 characters are read', async t => {
	const app = dashboardApp();
	t.is((await search(app, 'x'.repeat(5000))).found?.query, 'x'.repeat(200));
	t.is((await search(app, `${'x'.repeat(199)}😀`)).found?.query, 'x'.repeat(199));
	t.is((await search(app, '  ')).found, undefined);
	t.is((await dataOf(app, '&client=192.0.2.1&client=192.0.2.2')).found?.query, '192.0.2.1');
});

for (const [what, thrown, told] of [
	['an error', new Error('gone'), 'Error: gone'],
	['what cannot be read', unreadable(), 'a value that cannot be shown'],
] as const) {
	test(`a store that fails with ${what} is told of, and neither the page nor a search is an error of the server`, async t => {
		const fail = () => {
			throw thrown;
		};
		let isFailing = false;
		const {store} = manualClockStore();
		const app = dashboardApp({
			gate: {
				store: forwardTo(store, {
					admit: (client, rules, options) =>
						isFailing ? fail() : store.admit(client, rules, options),
					inspect: fail,
					bans: fail,
					shared: true,
				}),
				storeTimeout: 0.1,
			},
		});
		await app.http.get('/ping');
		t.false((await dataOf(app)).store.isFailing);
		isFailing = true;
		await app.http.get('/ping');
		const {store: health, bans, found} = await search(app, '192.0.2.1');
		t.like(health, {isFailing: true, error: told});
		t.true(health.failures > 0);
		t.is(bans.error, told);
		t.deepEqual(found, {query: '192.0.2.1', error: `The store is failing. ${told}`});
		t.is((await app.http.get('/')).status, 200);
	});
}

test('the JSON says which process has answered, and since when it watches the gate', async t => {
	const app = dashboardApp();
	const since = app.clock.wall();
	app.clock.pass(60_000);
	t.deepEqual((await dataOf(app)).process, {id: process.pid, since});
});

test('requests whose client cannot be identified are in the history', async t => {
	const app = dashboardApp();
	const req = {url: '/', headers: {}, socket: {destroyed: true, pending: false}};
	const res = {getHeaderNames: () => [], hasHeader: () => false, setHeader() {}, removeHeader() {}};
	const ctx = app.app.createContext(req as never, res as never);
	await app.gate(ctx, async () => {});
	t.is(ctx.status, 400);
	t.is((await dataOf(app)).history.unidentified.at(-1), 1);
});

test('a dry run says so from the start', async t => {
	t.true((await dataOf(dashboardApp({gate: {dryRun: true}}))).dryRun);
	t.false((await dataOf(dashboardApp())).dryRun);
});

test('the page tells an operator how the gate sees them, if it stands behind the gate', async t => {
	const behind = dashboardApp({gate: {ipHeader: 'X-Forwarded-For'}});
	const {body} = await behind.from('192.0.2.1').get('/?format=json');
	t.like(body.you, {client: '192.0.2.1', end: 'client', value: '192.0.2.1'});
	const before = dashboardApp({mount: (app, page) => app.middleware.unshift(page)});
	t.is((await dataOf(before)).you, undefined);
});

test('with keySecret, no key is shown in clear', async t => {
	const app = dashboardApp({
		gate: {key: ctx => ctx.get('X-User') || undefined, keySecret: 'secret', rateLimitRule: [1, 60]},
	});
	for (let index = 0; index < 3; index += 1) {
		await app.http.get('/ping').set('X-User', 'alice');
	}

	await app.http.post('/').send({action: 'ban', kind: 'key', client: 'alice', reason: 'spam'});
	const hash = createHmac('sha256', 'secret').update('key:alice', 'utf16le').digest('hex');
	const {body, text} = await app.http.get('/?format=json').set('X-User', 'bob');
	t.is(body.clients[0].client, `hash:${hash}`);
	t.is(body.bans.entries[0].client, `hash:${hash}`);
	t.regex(body.you.client, /^hash:/);
	t.false(/alice|bob/.test(text));
	t.false(/alice|bob/.test((await app.http.get('/').set('X-User', 'eve')).text));
	const found = await app.http.get(`/?format=json&client=hash:${hash}`).set('X-User', 'dave');
	t.is(found.body.found.ban.reason, 'spam');
	t.false(found.text.includes('alice'));
});

test('of 20,000 bans the page shows 100, and says that there are more', async t => {
	const {store} = manualClockStore();
	const app = dashboardApp({gate: {store}});
	for (let index = 0; index < 20_000; index += 1) {
		store.ban(`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`, {duration: 60_000});
	}

	const bans = await listedBans(app);
	t.is(bans.entries.length, 100);
	t.is(bans.total, 10_000);
	t.true(bans.isPartial);
	await app.gate.ban('192.0.2.1');
	t.is((await dataOf(app)).bans.entries[0]?.client, '192.0.2.1');
	t.is((await app.http.get('/')).status, 200);
});

test('of 20,000 bans the ranges are among those that are read', async t => {
	const {store} = manualClockStore();
	for (let index = 0; index < 20_000; index += 1) {
		store.ban(`key:${index}`, {duration: 60_000});
	}

	const app = dashboardApp({gate: {store}});
	await gatekeeper({store}).ban('203.0.113.0/24');
	t.is((await listedBans(app)).entries[0]?.client, '203.0.113.0/24');
	t.truthy((await known(app, '203.0.113.0/24'))?.ban);
});

test('hostile reasons and keys are texts in the JSON and no markup on the page', async t => {
	const markup = '"><script>alert(1)</script>';
	const app = dashboardApp({
		gate: {
			store: new MemoryStore(),
			key: ctx => ctx.get('X-User') || undefined,
			rateLimitRule: {count: 1, window: 60, name: 'rule'},
		},
	});
	for (let index = 0; index < 3; index += 1) {
		await app.http.get('/ping').set('X-User', markup);
	}

	await app.gate.ban({key: `${markup}2`}, {reason: markup});
	const {clients, bans} = await dataOf(app);
	t.is(clients[0]?.client, `key:${markup}`);
	t.like(bans.entries[0], {client: `key:${markup}2`, reason: markup});
	t.false((await app.http.get('/')).text.includes('<script>alert'));
});
