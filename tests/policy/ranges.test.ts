import {onEveryStore} from '../support/every-store.ts';
import {bansOf, gatedApp} from '../support/gated-app.ts';
import {repeat} from '../support/recipe.ts';

const ipHeader = 'X-Forwarded-For';

onEveryStore(
	'the ban of a range holds for every client known by an address in it',
	async (t, {store, pass}) => {
		const app = gatedApp({
			store,
			ipHeader,
			onRefused: (ctx, {kind, reason}) => {
				ctx.body = {kind, reason};
			},
		});
		await app.gate.ban('203.0.113.7/24', {duration: '1h', reason: 'botnet'});
		await app.gate.ban('2001:db8::/32');
		const status = async (client: string) => (await app.from(client).get('/ping')).status;

		for (const client of [
			'203.0.113.0',
			'203.0.113.255',
			'::ffff:203.0.113.9',
			'2001:db8::1',
			'2001:db8:ffff:ffff::1',
		]) {
			t.is(await status(client), 403, client);
		}

		for (const client of ['203.0.112.255', '203.0.114.0', '2001:db7:ffff::1', '2001:db9::1']) {
			t.is(await status(client), 200, client);
		}

		const refused = await app.from('203.0.113.9').get('/ping');
		t.deepEqual(refused.body, {kind: 'banned', reason: 'botnet'});
		t.is(refused.headers['retry-after'], '3600');
		const bans = await bansOf(app);
		t.deepEqual(
			bans.toSorted((one, other) => one.retryAfter - other.retryAfter),
			[
				{client: '203.0.113.0/24', by: 'hand', reason: 'botnet', retryAfter: 3600},
				{client: '2001:db8::/32', by: 'hand', retryAfter: Infinity},
			],
			'in any order',
		);
		await pass(3_600_000);
		t.is(await status('203.0.113.9'), 200);
		t.is(await status('2001:db8::1'), 403);
	},
);

onEveryStore('only the same range ends the ban of a range', async (t, {store}) => {
	const app = gatedApp({store, ipHeader});
	await app.gate.ban('203.0.113.0/24');
	await app.gate.ban('203.0.0.0/16', {duration: 60});
	const status = async () => (await app.from('203.0.113.9').get('/ping')).status;

	await app.gate.unban('203.0.113.9');
	await app.gate.reset('203.0.113.9');
	await app.gate.unban('203.0.0.0/8');
	t.is(await status(), 403);
	await app.gate.unban('203.0.113.255/24');
	t.is(await status(), 403, 'the larger range');
	await app.gate.unban('::ffff:203.0.0.0/112');
	for (const range of [
		'64:ff9b::/96',
		'64:ff9b::/64',
		'64:ff9b::c633:6400/120',
		'2001:db8::/48',
		'::/0',
		'0.0.0.0/0',
	]) {
		await app.gate.ban(range);
		await app.gate.unban(range);
	}

	t.is(await status(), 200);
	t.deepEqual(await bansOf(app), []);
});

onEveryStore(
	'it holds neither for who is known by a key, nor for a request that names nobody',
	async (t, {store}) => {
		const app = gatedApp({
			store,
			ipHeader,
			trustedProxies: ['127.0.0.1'],
			key: ctx => ctx.get('X-Key'),
		});
		await app.gate.ban('0.0.0.0/0');

		t.is((await app.from('203.0.113.9').get('/ping')).status, 403);
		t.is((await app.from('203.0.113.9').get('/ping').set('X-Key', 'alice')).status, 200);
		t.is((await app.from('203.0.113.9').get('/ping').set('X-Key', '203.0.113.9')).status, 200);
		t.is((await app.http.get('/ping')).status, 200);
	},
);

onEveryStore('a CIDR as long as the prefix of a client is that client', async (t, {store}) => {
	const app = gatedApp({store, ipv6Prefix: 56});
	await app.gate.ban('203.0.113.9/32', {duration: 60});
	await app.gate.ban('2001:db8:1:200::/56', {duration: 60});
	t.deepEqual((await bansOf(app)).map(({client}) => client).sort(), [
		'2001:db8:1:200::/56',
		'203.0.113.9',
	]);
	await app.gate.unban('203.0.113.9');
	await app.gate.unban('2001:db8:1:2ff::9');
	t.deepEqual(await bansOf(app), []);
	for (const longer of ['2001:db8:1:200::/57', '2001:db8::/128']) {
		await t.throwsAsync(app.gate.ban(longer), {instanceOf: TypeError}, longer);
	}
});

onEveryStore(
	'clients in a banned range are not counted, and their reports count nothing',
	async (t, {store}) => {
		const app = gatedApp({store, ipHeader, rateLimitRule: [2, 60], banRule: [1, 60, 60]});
		await app.gate.ban('203.0.113.0/24', {duration: 60});
		t.deepEqual(
			await repeat(5, () => app.from('203.0.113.9').get('/ping')),
			[403, 403, 403, 403, 403],
		);
		t.is((await app.gate.report('203.0.113.9')).reports, 0);
		await app.gate.unban('203.0.113.0/24');
		t.deepEqual(await repeat(3, () => app.from('203.0.113.9').get('/ping')), [200, 200, 429]);
	},
);

onEveryStore('a thousand ranges are held, and one more is refused', async (t, {store}) => {
	const app = gatedApp({store, ipHeader});
	for (let index = 0; index < 1000; index += 1) {
		await app.gate.ban(`10.${index >> 2}.${(index & 3) << 6}.0/18`);
	}

	t.is((await bansOf(app)).length, 1000);
	await t.throwsAsync(app.gate.ban('203.0.113.0/24'), {message: /1,000/});
	await app.gate.ban('10.0.0.0/18', {duration: 60});
	t.is((await app.from('10.249.193.1').get('/ping')).status, 403);
	t.is((await app.from('10.250.1.1').get('/ping')).status, 200);
});

onEveryStore(
	'a range that `allow` covers cannot be banned, and allowed clients in a larger one are exempt',
	async (t, {store}) => {
		const app = gatedApp({store, ipHeader, allow: ['203.0.113.0/28']});
		await t.throwsAsync(app.gate.ban('203.0.113.0/29'), {
			instanceOf: TypeError,
			message: /`allow`/,
		});
		await app.gate.ban('203.0.113.0/24');

		t.is((await app.from('203.0.113.1').get('/ping')).status, 200);
		t.is((await app.from('203.0.113.99').get('/ping')).status, 403);
	},
);

onEveryStore('gates that share a store share its ranges', async (t, {store}) => {
	const one = gatedApp({store, ipHeader});
	const other = gatedApp({store, ipHeader});
	await one.gate.ban('203.0.113.0/24');

	t.is((await other.from('203.0.113.1').get('/ping')).status, 403);
	await other.gate.unban('203.0.113.0/24');
	t.is((await one.from('203.0.113.1').get('/ping')).status, 200);
});

onEveryStore(
	'the ban of a range comes before a ban of the client itself',
	async (t, {store, pass}) => {
		const app = gatedApp({store, ipHeader});
		await app.gate.ban('203.0.113.7', {duration: '1d'});
		await app.gate.ban('203.0.113.0/24', {duration: '1h'});
		const wait = async () => (await app.from('203.0.113.7').get('/ping')).headers['retry-after'];

		t.is(await wait(), '3600');
		await pass(3_600_000);
		t.is(await wait(), String(23 * 3600));
	},
);
