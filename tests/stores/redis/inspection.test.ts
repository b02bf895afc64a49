import test, {type ExecutionContext} from 'ava';
import {RedisStore} from '../../../source/redis.ts';
import {guard} from '../../../source/stores/guard/guard.ts';
import {inspect} from '../../../source/stores/redis/scripts/inspect.ts';
import {unobserved} from '../../support/guarded-store.ts';
import {packages} from '../../support/redis/clients.ts';
import {openRedisStore} from '../../support/redis/opened.ts';
import {startRedis} from '../../support/redis/server.ts';
import {opened} from '../../support/redis/shared.ts';
import {admittedWith, escalating, fill, limit, quota} from '../contract/promised.ts';

const rule = limit(3, 60_000);
const wide = limit(5000, 60_000, 'wide');
const rules = [rule, wide];
const banRule = escalating(2, 60_000, [3_600_000], 60_000);

/** Gives a client each kind of key that a store has, and another a ban. */
async function fillKeys(store: RedisStore): Promise<void> {
	await store.reset('a');
	await fill(store, [rule], 2);
	await store.admit('a', [wide], {costs: [1500]});
	await store.report('b', banRule, {weight: 2, reason: 'login'});
	await store.report('a', banRule, {weight: 1});
}

/** Checks what `fillKeys` has written. */
async function inspectAll(t: ExecutionContext, store: RedisStore): Promise<void> {
	const {reports, quotas, strike} = await store.inspect('a', rules, banRule);
	t.deepEqual([reports, strike, quotas.map(({remaining}) => remaining)], [1, 0, [1, 3500]]);
	const {ban, ...standing} = await store.inspect('b', [], banRule);
	t.deepEqual(standing, {reports: 0, strike: 1, quotas: []});
	t.like(ban, {client: 'b', by: 'reports', reason: 'login', strike: 1});
	t.deepEqual(await store.inspect('nobody', rules, banRule), {
		reports: 0,
		strike: 0,
		quotas: [quota(rule, 3, 60_000), quota(wide, 5000, 60_000)],
	});
}

test('an inspection makes no key, changes none, and prolongs no life', async t => {
	const {store, prefix, pass} = await openRedisStore(opened);
	await fillKeys(store);
	await pass(1);
	const keys = async () => ((await opened.run('KEYS', `${prefix}*`)) as string[]).sort();
	const before = await keys();
	t.is(before.length, 7);
	for (const key of before) {
		await opened.run('PERSIST', key);
	}

	const shown = async () => {
		const all = await keys();
		return Promise.all(
			all.map(async key => [key, await opened.run('DUMP', key), await opened.run('PTTL', key)]),
		);
	};
	const untouched = await shown();
	await inspectAll(t, store);
	t.deepEqual(await shown(), untouched);
});

test('the script of an inspection has only commands that read', t => {
	const commands = [...inspect.matchAll(/(?:call|pcall)\('(\w+)'/g)].map(([, name]) => name);

	t.deepEqual([...new Set(commands)].sort(), ['GETRANGE', 'HGET', 'MGET', 'STRLEN']);
	t.is(commands.length, inspect.split('call(').length - 1, 'each names its command');
});

test.serial('a client can be inspected on a server that is full', async t => {
	const server = await startRedis();
	const {client, run, close} = await packages.ioredis(server.port);
	t.teardown(async () => {
		await close();
		await server.stop();
	});
	const store = new RedisStore({client});
	await fillKeys(store);
	await run('CONFIG', 'SET', 'maxmemory', '1');
	await run('SCRIPT', 'FLUSH');

	await t.throwsAsync(store.admit('a', rules, {}), {message: /OOM/});
	await inspectAll(t, store);
});

test.serial('a client can be inspected on a replica', async t => {
	const master = await startRedis(['--repl-diskless-sync-delay', '0']);
	const replica = await startRedis(['--replicaof', '127.0.0.1', String(master.port)]);
	const [onMaster, onReplica] = await Promise.all([
		packages.ioredis(master.port),
		packages.redis(replica.port),
	]);
	t.teardown(async () => {
		await Promise.all([onMaster.close(), onReplica.close()]);
		await Promise.all([master.stop(), replica.stop()]);
	});
	await fillKeys(new RedisStore({client: onMaster.client}));
	// Until the replica has all of it.
	await onMaster.run('WAIT', '1', '0');

	const store = new RedisStore({client: onReplica.client});
	await t.throwsAsync(store.admit('a', rules, {}), {message: /READONLY/});
	await inspectAll(t, store);
});

test('long logs are inspected as they are counted', async t => {
	const {store, pass} = await openRedisStore(opened);
	const seen = async () => (await store.inspect('a', [wide], undefined)).quotas;
	await store.admit('a', [wide], {costs: [2000]});
	await pass(20_000);
	await store.admit('a', [wide], {costs: [1700]});
	await pass(20_000);
	await store.admit('a', [wide], {costs: [1]});
	t.deepEqual(await seen(), [quota(wide, 1299, 20_000)]);
	await pass(19_999);
	t.deepEqual(await seen(), [quota(wide, 1299, 1)]);
	await pass(1);
	t.deepEqual(await seen(), [quota(wide, 3299, 20_000)]);
	await pass(20_000);
	t.deepEqual(await seen(), [quota(wide, 4999, 20_000)]);
	await pass(20_000);
	t.deepEqual(await seen(), [quota(wide, 5000, 60_000)]);
});

test('after a step back of the clock, the quota is that of the next request', async t => {
	const {store, pass} = await openRedisStore(opened);
	await fill(store, [rule], 1);
	await pass(100);
	await fill(store, [rule], 1);
	await pass(-60);
	const [seen] = (await store.inspect('a', [rule], undefined)).quotas;

	t.deepEqual(seen, quota(rule, 1, 59_960));
	t.deepEqual(await store.admit('a', [rule], {}), admittedWith(quota(rule, 0, 59_960)));
});

test('keys that no script has written count as missing, and stay', async t => {
	const {store, prefix} = await openRedisStore(opened);
	await fillKeys(store);
	const keys = ((await opened.run('KEYS', `${prefix}{*`)) as string[]).sort();
	for (const key of keys) {
		await opened.run('DEL', key);
		await opened.run('RPUSH', key, 'x');
	}

	for (const client of ['a', 'b']) {
		t.deepEqual(await store.inspect(client, rules, banRule), {
			reports: 0,
			strike: 0,
			quotas: [quota(rule, 3, 60_000), quota(wide, 5000, 60_000)],
		});
	}

	for (const key of keys) {
		t.is(await opened.run('LLEN', key), 1);
	}
});

test('a client can be inspected under a thousand rules at once', async t => {
	const {store} = await openRedisStore(opened);
	const many = Array.from({length: 1000}, (_, index) => limit(7, 1000, `${index}`));
	await fill(store, many.slice(0, 300), 3);
	const {quotas} = await store.inspect('a', many, undefined);

	t.deepEqual(
		quotas,
		many.map((each, index) => quota(each, index < 300 ? 4 : 7, 1000)),
	);
});

test('the server is asked, whatever this process remembers', async t => {
	const {store, prefix} = await openRedisStore(opened);
	const other = (await openRedisStore(opened, {prefix})).store;
	await fill(store, [rule], 3);
	t.is((await store.admit('a', [rule], {})).kind, 'limited');
	await other.reset('a');
	await other.ban('a', {duration: 1000});

	t.is(store.recall('a', [rule], {})?.kind, 'limited');
	const {ban, quotas} = await store.inspect('a', [rule], undefined);
	t.is(ban?.endsInMs, 1000);
	t.is(quotas[0]?.remaining, 3);
});

test('a gate that inspects a client knows the ranges that others have just banned', async t => {
	const {store, prefix} = await openRedisStore(opened);
	const other = (await openRedisStore(opened, {prefix})).store;
	const {commands} = guard(store, {policy: 'memory', timeout: 5000, observer: unobserved});
	await fill(store, [rule], 1, '203.0.113.7');
	await other.banRange('203.0.113.0/24', {duration: Infinity, reason: 'a scraper'});

	const standing = {reports: 0, strike: 0, quotas: [quota(rule, 2, 60_000)]};
	t.deepEqual(await commands.inspect('203.0.113.7', [rule], banRule), {
		...standing,
		ban: {client: '203.0.113.0/24', by: 'hand', reason: 'a scraper', endsInMs: Infinity},
	});
	await other.unbanRange('203.0.113.0/24');
	t.deepEqual(await commands.inspect('203.0.113.7', [rule], banRule), standing);
	await commands.close();
});
