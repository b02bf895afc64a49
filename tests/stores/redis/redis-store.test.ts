import {once} from 'node:events';
import {type AddressInfo, connect, createServer} from 'node:net';
import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import fc from 'fast-check';
import {Redis} from 'ioredis';
import {gatekeeper} from '../../../source/index.ts';
import {RedisStore} from '../../../source/redis.ts';
import {anyCharacter} from '../../support/generators/any-character.ts';
import {latch} from '../../support/latch.ts';
import {packages} from '../../support/redis/clients.ts';
import {openRedisStore} from '../../support/redis/opened.ts';
import {startRedis} from '../../support/redis/server.ts';
import {opened, server} from '../../support/redis/shared.ts';
import {runs} from '../../support/runs.ts';
import {admittedWith, ban, fill, limit, limitedBy, listed, quota} from '../contract/promised.ts';

const rule = limit(3, 1000);
const banRule = ban(2, 5000, 700);

test('stores with two prefixes share nothing, even if one prefix begins with the other', async t => {
	const one = await openRedisStore(opened, {prefix: 'app:'});
	const other = await openRedisStore(opened, {prefix: 'app:*:'});
	await fill(one.store, [rule], 3);
	await one.store.ban('b', {duration: 1000});
	await one.store.ban('*:{b', {duration: 1000});

	t.deepEqual(await listed(other.store), []);
	t.is((await other.store.admit('a', [rule], {})).kind, 'admitted');
	t.is((await other.store.admit('b', [], {})).kind, 'admitted');
	await other.store.ban('c', {duration: 1000});
	t.deepEqual(
		(await listed(one.store)).map(each => each.client),
		['*:{b', 'b'],
	);
});

test('with `keySecret`, the server holds no key of a user as plain text', async t => {
	const {store, prefix} = await openRedisStore(opened);
	const gate = gatekeeper({store, banRule: [2, 60, 600], keySecret: 'pepper'});
	await gate.ban({key: 'sk-secret'});
	await gate.report({key: 'sk-other'});

	const keys = ((await opened.run('KEYS', `${prefix}{*`)) as string[]).map(key =>
		key.slice(prefix.length),
	);
	t.is(keys.length, 2);
	t.true(keys.every(key => /^\{hash:[\da-f]{64}\}/.test(key)));
});

test('a client with garbage in its keys gets a verdict, and is admitted a window later', async t => {
	const {store, prefix, pass} = await openRedisStore(opened);
	const wide = limit(2, 1000);
	await store.admit('a', [wide], {});
	await store.report('a', banRule, {weight: 1});
	const log =
		((await opened.run('KEYS', `${prefix}{a}*`)) as string[]).find(key => /\w$/.test(key)) ?? '';
	const garbage = fc.oneof(
		fc.string({unit: anyCharacter, maxLength: 60}),
		fc.constantFrom(
			'',
			'9999999999999',
			'-1',
			'1 r',
			'1 r inf',
			'2 h 12',
			'1 x y z',
			'0 r 5 {',
			'0 r inf {',
			'0 h inf',
		),
		fc.string({minLength: 4090, maxLength: 4100}),
	);
	const recovers = fc.asyncProperty(garbage, garbage, async (state, text) => {
		await opened.run('SET', `${prefix}{a}`, state);
		await opened.run('SET', log, text);
		const [, other] = await Promise.all([store.admit('a', [wide], {}), store.admit('b', [], {})]);
		await listed(store);
		await store.report('a', banRule, {weight: 1});
		await store.unban('a');
		await pass(1001);
		return other.kind === 'admitted' && (await store.admit('a', [wide], {})).kind === 'admitted';
	});

	await t.notThrowsAsync(() => fc.assert(recovers, {numRuns: runs(100)}));
});

test('a long log counts as exactly as a short one, and drops what has left the window', async t => {
	const {store, prefix, pass} = await openRedisStore(opened);
	const wide = limit(3000, 10_000);
	for (let second = 0; second < 20; second += 1) {
		const verdicts = await Promise.all(
			Array.from({length: 400}, () => store.admit('a', [wide], {})),
		);
		const admitted = verdicts.filter(({kind}) => kind === 'admitted').length;
		// 7 × 400 fit, then 200 more. From then on, as many fit as leave the window.
		t.is(admitted, second % 10 < 7 ? 400 : second % 10 === 7 ? 200 : 0, `in second ${second}`);
		await pass(1000);
	}

	const [log = ''] = (await opened.run('KEYS', `${prefix}{a}*`)) as string[];
	t.true(Number(await opened.run('STRLEN', log)) < 2 * 4 * 3000 + 100);
});

test('on a server that is out of memory, an operator can still ban, unban and reset', async t => {
	const full = await startRedis();
	const behind = await packages.ioredis(full.port);
	t.teardown(async () => {
		await behind.close();
		await full.stop();
	});
	const store = new RedisStore({client: behind.client});
	await store.ban('a', {duration: 60_000});
	await store.reset('b');
	await behind.run('CONFIG', 'SET', 'maxmemory', '1');

	await t.throwsAsync(async () => store.admit('c', [rule], {}), {message: /OOM/});
	await store.ban('b', {duration: 60_000});
	await store.reset('a');
	await store.unban('a');
	t.deepEqual(
		(await listed(store)).map(each => each.client),
		['b'],
	);
});

test('a key of another type in place of a log is replaced', async t => {
	const {store, prefix} = await openRedisStore(opened);
	const wide = limit(5000, 60_000);
	await store.admit('a', [wide], {});
	const [log = ''] = (await opened.run('KEYS', `${prefix}{a}*`)) as string[];
	await opened.run('DEL', log);
	await opened.run('RPUSH', log, 'x');

	t.deepEqual(await store.admit('a', [wide], {}), admittedWith(quota(wide, 4999, 60_000)));
});

test('if the clock of the server goes back by less than a second, the time until a slot frees up is long enough', async t => {
	const {store, pass} = await openRedisStore(opened);
	const slow = limit(1, 60_000);
	await store.admit('a', [slow], {});
	await pass(-900);

	t.deepEqual(await store.admit('a', [slow], {}), limitedBy(quota(slow, 0, 60_900)));
});

test('if the clock of the server goes back far, counting starts from zero', async t => {
	const {store, pass} = await openRedisStore(opened);
	const slow = limit(1, 60_000);
	await store.admit('a', [slow], {});
	await pass(-3_600_000);

	t.is((await store.admit('a', [slow], {})).kind, 'admitted');
	t.is((await store.admit('a', [slow], {})).kind, 'limited');
});

test('an error that clients of Redis act on reaches the client unchanged', async t => {
	const replica = await startRedis(['--replicaof', '127.0.0.1', String(server.port)]);
	const behind = await packages.ioredis(replica.port);
	t.teardown(async () => {
		await behind.close();
		await replica.stop();
	});
	const store = new RedisStore({client: behind.client});

	// Before 7.0, a server puts the place in the script before it.
	await t.throwsAsync(async () => store.admit('a', [rule], {}), {message: /READONLY /});
});

test('a list of bans that searches many keys yields pages regularly', async t => {
	const {store, prefix} = await openRedisStore(opened);
	await store.ban('a', {duration: 1000});
	await Promise.all(
		Array.from({length: 5000}, (_, index) => opened.run('SET', `${prefix}${index}`, 'x')),
	);
	const pages: unknown[][] = [];
	for await (const page of store.bans()) {
		pages.push([...page]);
	}

	t.deepEqual(pages.flat(), [{client: 'a', by: 'hand', endsInMs: 1000}]);
	t.true(pages.length >= 6, `${pages.length} pages`);
});

test('closing a gate does not close the client', async t => {
	const gate = gatekeeper({store: new RedisStore({client: opened.client, prefix: 'closed:'})});
	await gate.close();

	t.is(await opened.run('PING'), 'PONG');
});

for (const [order, names] of Object.entries({
	first: ['quick', 'patient'],
	last: ['patient', 'quick'],
})) {
	test(`of two questions of one turn, one that is given up ${order} before the client has connected is never asked`, async t => {
		const {all: opening, release: openNetwork} = latch();
		const network = createServer(async near => {
			await opening;
			const far = connect(server.port, '127.0.0.1');
			near.pipe(far).pipe(near);
		}).listen(0, '127.0.0.1');
		await once(network, 'listening');
		const client = new Redis((network.address() as AddressInfo).port);
		t.teardown(() => {
			client.disconnect();
			network.close();
		});
		const {store} = await openRedisStore({...opened, client});
		const quick = new AbortController();
		const replies = names.map(name => {
			const asking = name === 'quick' ? quick : new AbortController();
			return store.admit(name, [limit(1, 60_000)], {}, asking);
		});
		const [given, patient] = order === 'first' ? replies : replies.reverse();
		await setImmediate();
		quick.abort();
		await t.throwsAsync(async () => given, {code: 'ERR_GATEKEEPER_NOT_SENT'});

		openNetwork();
		t.is((await patient)?.kind, 'admitted');
		t.is((await store.admit('quick', [limit(1, 60_000)], {})).kind, 'admitted');
	});
}
