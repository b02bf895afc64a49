import test from 'ava';
import {Redis} from 'ioredis';
import {RedisStore} from '../../../source/redis.ts';
import {packages} from '../../support/redis/clients.ts';
import {openRedisStore, SPARE} from '../../support/redis/opened.ts';
import {startRedis} from '../../support/redis/server.ts';
import {opened} from '../../support/redis/shared.ts';
import {fill, limit, listed} from '../contract/promised.ts';

const RANGE = '203.0.113.0/24';

async function lifeOf(prefix: string): Promise<number> {
	return Number(await opened.run('PTTL', `${prefix}ranges`)) - SPARE;
}

test('the bans of ranges are one key, which lives as long as the longest of them', async t => {
	const {store, prefix} = await openRedisStore(opened);
	await store.banRange(RANGE, {duration: 90_000});
	await store.banRange('10.0.0.0/8', {duration: 20_000});
	t.deepEqual(await opened.run('KEYS', `${prefix}[^c]*`), [`${prefix}ranges`]);
	const left = await lifeOf(prefix);
	t.true(left > 60_000 && left <= 90_000, `${left}`);
	await store.banRange(RANGE, {duration: 30_000});
	t.true((await lifeOf(prefix)) <= 30_000, 'a shorter ban has replaced the longest');

	for (const duration of [Infinity, 1e18]) {
		await store.banRange('10.0.0.0/8', {duration});
		t.is(await lifeOf(prefix), -1 - SPARE);
		await store.banRange('10.0.0.0/8', {duration: 10});
		t.true((await lifeOf(prefix)) > 0);
	}
});

test('a new ban of a range drops those that have ended', async t => {
	const {store, prefix, pass} = await openRedisStore(opened);
	await store.banRange(RANGE, {duration: 10});
	await store.banRange('10.0.0.0/8', {duration: 11});
	await pass(10);
	await store.banRange('192.0.2.0/24', {duration: 10});

	t.deepEqual(((await opened.run('HKEYS', `${prefix}ranges`)) as string[]).sort(), [
		'10.0.0.0/8',
		'192.0.2.0/24',
	]);
	await store.unbanRange('192.0.2.0/24');
	await store.unbanRange('10.0.0.0/8');
	t.is(await opened.run('EXISTS', `${prefix}ranges`), 0);
});

test('bans of ranges are not listed among those of clients, nor read for a request', async t => {
	const {store, prefix} = await openRedisStore(opened);
	await store.banRange(RANGE, {duration: 60_000});
	await store.banRange('{a}', {duration: 60_000});
	t.deepEqual(await listed(store), []);

	// A key of another type would fail whoever reads it as a hash.
	await opened.run('SET', `${prefix}ranges`, 'x');
	await fill(store, [limit(1, 1000)], 1, '203.0.113.7');
	t.is(await opened.run('GET', `${prefix}ranges`), 'x');
});

test('whatever is in the key, ranges are listed, banned and unbanned', async t => {
	const {store, prefix} = await openRedisStore(opened);
	const key = `${prefix}ranges`;
	await opened.run(
		'HSET',
		key,
		'a',
		'',
		'b',
		'soon',
		'c',
		'inf',
		'd',
		'5 "x"',
		'e',
		'inf {',
		'f',
		' inf',
	);
	t.deepEqual(
		[...(await store.ranges())].sort((one, other) => (one.client < other.client ? -1 : 1)),
		['c', 'e'].map(client => ({client, by: 'hand', endsInMs: Infinity})),
	);
	await store.banRange(RANGE, {duration: 5});
	t.deepEqual(((await opened.run('HKEYS', key)) as string[]).sort(), [RANGE, 'c', 'e']);

	for (const text of [
		['SET', key, 'x'],
		['RPUSH', key, 'x'],
	]) {
		await opened.run('DEL', key);
		await opened.run(...text);
		t.deepEqual(await store.ranges(), []);
		await store.unbanRange(RANGE);
		await store.banRange(RANGE, {duration: 5, reason: 'y'});
		t.deepEqual(await store.ranges(), [{client: RANGE, by: 'hand', reason: 'y', endsInMs: 5}]);
	}
});

test('a ban of a range too many is an error that says so', async t => {
	const {store, prefix} = await openRedisStore(opened);
	const all = Array.from({length: 1000}, (_, index) => [`${index}`, 'inf ']).flat();
	await opened.run('HSET', `${prefix}ranges`, ...all);
	const error = await t.throwsAsync(store.banRange(RANGE, {duration: 5}), {
		instanceOf: Error,
		message: /^1,000 ranges of addresses are banned, and there cannot be more\./,
	});

	t.like(error, {code: 'ERR_GATEKEEPER_TOO_MANY_RANGES'});
	t.is(await opened.run('HLEN', `${prefix}ranges`), 1000);
});

test('on a server that is out of memory, ranges can still be banned and unbanned', async t => {
	const full = await startRedis();
	const behind = await packages.ioredis(full.port);
	t.teardown(async () => {
		await behind.close();
		await full.stop();
	});
	const store = new RedisStore({client: behind.client});
	await behind.run('CONFIG', 'SET', 'maxmemory', '1');
	await store.banRange(RANGE, {duration: 60_000});
	await store.banRange('10.0.0.0/8', {duration: 60_000});
	await store.unbanRange(RANGE);

	t.deepEqual(
		(await store.ranges()).map(({client}) => client),
		['10.0.0.0/8'],
	);
});

test('without a server, changes of ranges and give-backs say what became of them, and reading changes nothing', async t => {
	const gone = await startRedis();
	const client = new Redis(gone.port, {retryStrategy: null});
	client.on('error', () => {});
	t.teardown(() => client.disconnect());
	const store = new RedisStore({client});
	t.deepEqual(await store.ranges(), []);
	const rule = limit(1, 1000);
	const ask = [
		async () => store.banRange(RANGE, {duration: 5}),
		async () => store.unbanRange(RANGE),
		async () => store.giveBack('a', [{rule, cost: 1, receipt: {at: 1, resets: 0}}]),
	];
	gone.pause();
	const asked = ask.map(each => each());
	const settled = Promise.allSettled(asked);
	const reading = t.throwsAsync(async () => store.ranges());
	await gone.kill();
	t.notRegex((await reading)?.message ?? '', /effect/);
	for (const {reason} of (await settled) as PromiseRejectedResult[]) {
		t.is(reason.code, 'ERR_GATEKEEPER_UNANSWERED');
	}

	for (const each of [...ask, async () => store.ranges()]) {
		await t.throwsAsync(each, {code: 'ERR_GATEKEEPER_NOT_SENT'});
	}
});
