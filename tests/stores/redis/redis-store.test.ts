import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import fc from 'fast-check';
import {Cluster, Redis} from 'ioredis';
import {createClient, createCluster} from 'redis';
import {gatekeeper} from '../../../source/index.ts';
import {RedisStore} from '../../../source/redis.ts';
import {packages} from '../../support/redis/clients.ts';
import {decide, openRedisStore, SPARE} from '../../support/redis/opened.ts';
import {startRedis} from '../../support/redis/server.ts';
import {warnings} from '../../support/warnings.ts';
import {admittedWith, ban, fill, limit, limitedBy, listed, quota} from '../contract/promised.ts';

const server = await startRedis();
const opened = await packages.ioredis(server.port);
const {client, run} = opened;
const rule = limit(3, 1000);
const banRule = ban(2, 5000, 700);

test.after.always(async () => {
	await opened.close();
	await server.stop();
});

/** What of a prefix's keys is on the server, with the milliseconds that each has to live. */
async function livesOf(prefix: string): Promise<Record<string, number>> {
	const keys = (await run('KEYS', `${prefix}{*`)) as string[];
	const lives = keys.map(async key => [
		key.slice(prefix.length),
		Number(await run('PTTL', key)) - SPARE,
	]);

	return Object.fromEntries(await Promise.all(lives));
}

/** Whether a key lives as long as it is needed, and no longer. */
function isAbout(life: number | undefined, ms: number): boolean {
	return life !== undefined && life > ms - 5000 && life <= ms;
}

test('a log lives for its window after the last request, and no longer', async t => {
	const {store, prefix, pass} = await openRedisStore(opened);
	await fill(store, [rule, limit(5, 60_000, 'slow')], 1);

	await pass(500);
	await fill(store, [rule], 1);
	const lives = Object.entries(await livesOf(prefix));
	t.is(lives.length, 2);
	t.true(lives.some(([, life]) => isAbout(life, 1000)));
	t.true(lives.some(([, life]) => isAbout(life, 60_000)));
});

test('a long log lives for its window after the last request, too', async t => {
	const {store, prefix} = await openRedisStore(opened);
	const wide = limit(5000, 60_000);
	await Promise.all(Array.from({length: 1500}, () => store.admit('a', [wide], {})));
	await store.admit('a', [wide], {});

	t.true(isAbout(Object.values(await livesOf(prefix))[0], 60_000));
});

test('reports live for the longest of their windows, a ban as long as it lasts', async t => {
	const {store, prefix} = await openRedisStore(opened);
	await store.report('a', banRule, {weight: 1});
	await store.report('a', ban(5, 90_000, 10, 'slow'), {weight: 1});
	await store.report('a', banRule, {weight: 1});
	await store.report('b', banRule, {weight: 1});
	await store.ban('c', {duration: 60_000});
	await store.ban('d', {duration: Infinity});
	await store.ban('e', {duration: 1e18});

	const lives = await livesOf(prefix);
	t.true(isAbout(lives['{a}'], 700));
	t.is(lives['{a}!'], undefined, 'spent');
	t.true(isAbout(lives['{b}!'], 5000));
	t.true(isAbout(lives['{c}'], 60_000));
	t.is(lives['{d}'], -1 - SPARE, 'an endless ban stays');
	t.is(lives['{e}'], -1 - SPARE, 'a server knows no such time to live');
});

test('that a client was reset is remembered for longer than any window', async t => {
	const {store, prefix} = await openRedisStore(opened);
	const longest = 46 * 24 * 60 * 60 * 1000;
	await store.reset('a');
	t.true(isAbout((await livesOf(prefix))['{a}'], longest));

	await run('PEXPIRE', `${prefix}{a}`, '60000');
	await fill(store, [rule], 1);
	t.true(isAbout((await livesOf(prefix))['{a}'], longest), 'anew with each request');
	await store.ban('a', {duration: 1000});
	await store.unban('a');
	t.true(isAbout((await livesOf(prefix))['{a}'], longest));
	await store.ban('a', {duration: 1e300});
	t.is((await store.admit('a', [rule], {immune: true})).kind, 'admitted');
});

test('stores of two prefixes are apart, also where one begins like the other', async t => {
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

test('a secret of the gate leaves no key of a user on the server', async t => {
	const {store, prefix} = await openRedisStore(opened);
	const gate = gatekeeper({store, banRule: [2, 60, 600], keySecret: 'pepper'});
	await gate.ban({key: 'sk-secret'});
	await gate.report({key: 'sk-other'});

	const keys = ((await run('KEYS', `${prefix}{*`)) as string[]).map(key =>
		key.slice(prefix.length),
	);
	t.is(keys.length, 2);
	t.true(keys.every(key => /^\{hash:[\da-f]{64}\}/.test(key)));
});

test('whatever stands in its keys, a client is answered, and admitted a window later', async t => {
	const {store, prefix, pass} = await openRedisStore(opened);
	const wide = limit(2, 1000);
	await store.admit('a', [wide], {});
	await store.report('a', banRule, {weight: 1});
	const log = ((await run('KEYS', `${prefix}{a}*`)) as string[]).find(key => /\w$/.test(key)) ?? '';
	const garbage = fc.oneof(
		fc.string({unit: 'binary', maxLength: 60}),
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
	const isAnswered = fc.asyncProperty(garbage, garbage, async (state, text) => {
		await run('SET', `${prefix}{a}`, state);
		await run('SET', log, text);
		const [, other] = await Promise.all([store.admit('a', [wide], {}), store.admit('b', [], {})]);
		await listed(store);
		await store.report('a', banRule, {weight: 1});
		await store.unban('a');
		await pass(1001);
		return other.kind === 'admitted' && (await store.admit('a', [wide], {})).kind === 'admitted';
	});

	await t.notThrowsAsync(() => fc.assert(isAnswered, {numRuns: 300}));
});

test('a long log counts as exactly as a short one, and stays no longer than it must', async t => {
	const {store, prefix, pass} = await openRedisStore(opened);
	const wide = limit(3000, 10_000);
	for (let second = 0; second < 30; second += 1) {
		const verdicts = await Promise.all(
			Array.from({length: 400}, () => store.admit('a', [wide], {})),
		);
		const admitted = verdicts.filter(({kind}) => kind === 'admitted').length;
		// 7 × 400 fit, then 200 more; from then on as many as leave.
		t.is(admitted, second % 10 < 7 ? 400 : second % 10 === 7 ? 200 : 0, `in second ${second}`);
		await pass(1000);
	}

	const [log = ''] = (await run('KEYS', `${prefix}{a}*`)) as string[];
	t.true(Number(await run('STRLEN', log)) < 2 * 4 * 3000 + 100);
});

test('on a server that is out of memory an operator can still ban, unban and reset', async t => {
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

test('a long log of another type is none, and heals', async t => {
	const {store, prefix} = await openRedisStore(opened);
	const wide = limit(5000, 60_000);
	await store.admit('a', [wide], {});
	const [log = ''] = (await run('KEYS', `${prefix}{a}*`)) as string[];
	await run('DEL', log);
	await run('RPUSH', log, 'x');

	t.deepEqual(await store.admit('a', [wide], {}), admittedWith(quota(wide, 4999, 60_000)));
});

test('a server whose clock is behind by less than a second tells a time that is enough', async t => {
	const {store, pass} = await openRedisStore(opened);
	const slow = limit(1, 60_000);
	await store.admit('a', [slow], {});
	await pass(-900);

	t.deepEqual(await store.admit('a', [slow], {}), limitedBy(quota(slow, 0, 60_900)));
});

test('a server whose clock is far behind begins anew', async t => {
	const {store, pass} = await openRedisStore(opened);
	const slow = limit(1, 60_000);
	await store.admit('a', [slow], {});
	await pass(-3_600_000);

	t.is((await store.admit('a', [slow], {})).kind, 'admitted');
	t.is((await store.admit('a', [slow], {})).kind, 'limited');
});

test('an error that clients act upon is theirs to see', async t => {
	const replica = await startRedis(['--replicaof', `127.0.0.1 ${server.port}`]);
	const behind = await packages.ioredis(replica.port);
	t.teardown(async () => {
		await behind.close();
		await replica.stop();
	});
	const store = new RedisStore({client: behind.client});

	await t.throwsAsync(async () => store.admit('a', [rule], {}), {message: /^READONLY/});
});

test('what was asked before an operator has changed something is not remembered after it', async t => {
	const {store} = await openRedisStore(opened);
	const slow = limit(1, 60_000);
	await fill(store, [slow], 1);
	await store.ban('b', {duration: 60_000});

	const [refused, banned] = [decide(store, 'a', [slow]), decide(store, 'b', [])];
	await setImmediate();
	await Promise.all([store.reset('a'), store.unban('b')]);
	t.like([await refused, await banned], [{kind: 'limited'}, {kind: 'banned'}]);
	t.is((await decide(store, 'a', [slow])).kind, 'admitted');
	t.is((await decide(store, 'b', [])).kind, 'admitted');
});

test.serial('what changes about others meanwhile does not make a refusal be forgotten', async t => {
	const {store} = await openRedisStore(opened);
	const slow = limit(1, 60_000);
	await fill(store, [slow], 1);
	const refusal = store.admit('a', [slow], {});
	await Promise.all([store.ban('b', {duration: 1000}), store.reset('c')]);
	t.is((await refusal).kind, 'limited');

	t.is(store.recall('a', [slow], {})?.kind, 'limited');
});

test('what one process remembers of a refusal ends within a second everywhere', async t => {
	const one = await openRedisStore(opened);
	const other = await openRedisStore(opened, {prefix: one.prefix});
	const slow = limit(3, 60_000);
	await fill(one.store, [slow], 3);
	t.is((await decide(one.store, 'a', [slow])).kind, 'limited');
	await one.store.ban('b', {duration: 60_000});
	t.is((await decide(one.store, 'b', [rule])).kind, 'banned');

	await other.store.reset('a');
	await other.store.unban('b');
	t.is((await decide(one.store, 'a', [slow])).kind, 'limited', 'for a moment it is believed');
	await one.pass(1000);
	t.is((await decide(one.store, 'a', [slow])).kind, 'admitted');
	t.is((await decide(one.store, 'b', [slow])).kind, 'admitted');
});

test.serial('a refused client costs the server one question a second', async t => {
	const {store, pass} = await openRedisStore(opened);
	const slow = limit(3, 60_000);
	await fill(store, [slow], 3);
	const asked = async () => {
		const stats = String(await run('INFO', 'commandstats'));
		return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1]);
	};

	await decide(store, 'a', [slow]);
	const before = await asked();
	for (let time = 0; time < 100; time += 1) {
		t.is((await decide(store, 'a', [slow])).kind, 'limited');
	}

	t.is(await asked(), before);
	await pass(799);
	t.deepEqual(await decide(store, 'a', [slow]), limitedBy(quota(slow, 0, 59_201)));
	t.is(await asked(), before);
	await pass(1);
	await decide(store, 'a', [slow]);
	await decide(store, 'a', [slow]);
	t.is(await asked(), before + 1);
});

test.serial('who is refused by one rule may be asked about under others meanwhile', async t => {
	const {store} = await openRedisStore(opened);
	const [global, specific] = [limit(100, 60_000), limit(1, 60_000, 'specific')];
	const asked = async () => {
		const stats = String(await run('INFO', 'commandstats'));
		return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1]);
	};

	await fill(store, [specific], 1);
	await decide(store, 'a', [specific]);
	const before = await asked();
	for (let time = 0; time < 10; time += 1) {
		t.is((await decide(store, 'a', [global])).kind, 'admitted');
		t.is((await decide(store, 'a', [specific])).kind, 'limited');
	}

	t.is(await asked(), before + 10, 'no more than the global rule asks');
});

test('a search for bans among many keys shows signs of life', async t => {
	const {store, prefix} = await openRedisStore(opened);
	await store.ban('a', {duration: 1000});
	await Promise.all(Array.from({length: 5000}, (_, index) => run('SET', `${prefix}${index}`, 'x')));
	const pages: unknown[][] = [];
	for await (const page of store.bans()) {
		pages.push([...page]);
	}

	t.deepEqual(pages.flat(), [{client: 'a', by: 'hand', endsInMs: 1000}]);
	t.true(pages.length >= 6, `${pages.length} pages`);
});

test('closing a gate leaves the client open', async t => {
	const gate = gatekeeper({store: new RedisStore({client, prefix: 'closed:'})});
	await gate.close();

	t.is(await run('PING'), 'PONG');
});

const bad: ReadonlyArray<[title: string, options: object, message: RegExp]> = [
	['no client', {}, /`client` must be a client of ioredis, iovalkey or redis, got undefined/],
	['what is no client', {client: {password: 'x'}}, /`client` must be .*, got Object$/],
	['a pipeline', {client: (client as Redis).pipeline()}, /`client` must be .*, got Pipeline$/],
	['braces in the prefix', {client, prefix: 'a{b}'}, /`prefix` must be text without braces/],
	['an empty prefix', {client, prefix: ''}, /`prefix` must be/],
	['a clock that is none', {client, clock: 5}, /`clock` must be a function/],
	['what it does not know', {client, prefx: 'x'}, /Unknown option `prefx`.*did you mean `prefix`/],
];

for (const [title, options, message] of bad) {
	test(`it refuses ${title}`, t => {
		t.throws(() => new RedisStore(options as never), {instanceOf: TypeError, message});
	});
}

test.serial('a client that gives up on commands soon is warned of', async t => {
	const seen = warnings(t);
	const clients = [
		new Redis({lazyConnect: true, commandTimeout: 200}),
		new Redis({lazyConnect: true, socketTimeout: 200}),
		new Redis({lazyConnect: true, commandTimeout: 5000}),
		new Redis({lazyConnect: true}),
		new Cluster([], {lazyConnect: true, redisOptions: {commandTimeout: 200}}),
		createClient({commandOptions: {timeout: 200}}),
		createClient({socket: {socketTimeout: 200}}),
		createClient(),
		createCluster({rootNodes: []}),
	];
	for (const client of clients) {
		new RedisStore({client});
	}

	t.deepEqual(await seen.codes(), Array(5).fill('GATEKEEPER_CLIENT_TIMEOUT'));
	t.regex((await seen.messages())[0] ?? '', /after 200 ms/);
});
