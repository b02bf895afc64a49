import {randomUUID} from 'node:crypto';
import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import {Redis} from 'ioredis';
import {createClient, createClientPool, createCluster, createSentinel} from 'redis';
import {
	createClient as createClient5,
	createClientPool as createClientPool5,
	createCluster as createCluster5,
	createSentinel as createSentinel5,
} from 'redis-5';
import {RedisStore} from '../../../source/redis.ts';
import {latch} from '../../support/latch.ts';
import {type OpenedClient, openNodeRedis} from '../../support/redis/clients.ts';
import {join} from '../../support/redis/cluster.ts';
import {startRedis, startSentinel} from '../../support/redis/server.ts';
import {server} from '../../support/redis/shared.ts';
import {limit} from '../contract/promised.ts';

/** Milliseconds after which the clients give up on a command: node-redis 6 has 5,000 of its own. */
const TIMEOUT = 50;
const commandOptions = {timeout: TIMEOUT};

/** Blocks the event loop in turns of it in which a client has been asked, and has not yet written the command. */
async function blockLoop(): Promise<void> {
	for (let turn = 0; turn < 3; turn += 1) {
		for (let step = 0; step < 50; step += 1) {
			await null;
		}

		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * TIMEOUT);
		await setImmediate();
	}
}

const url = () => `redis://127.0.0.1:${server.port}`;
const single: Readonly<Record<string, () => Promise<OpenedClient>>> = {
	'redis 6': () => openNodeRedis(createClient({url: url(), commandOptions})),
	'redis 5': () => openNodeRedis(createClient5({url: url(), commandOptions})),
	'a pool of redis 6': () => openNodeRedis(createClientPool({url: url(), commandOptions})),
	'a pool of redis 5': () => openNodeRedis(createClientPool5({url: url(), commandOptions})),
};

for (const [name, open] of Object.entries(single)) {
	test.serial(`${name}: its timeout for commands does not apply to those of the store`, async t => {
		const {client, run, close} = await open();
		t.teardown(close);
		const store = new RedisStore({client, prefix: `${randomUUID()}:`});
		await store.admit('a', [], {});

		await setImmediate();
		const verdict = store.admit('a', [limit(2, 60_000)], {});
		await blockLoop();
		t.is((await verdict).kind, 'admitted');

		await setImmediate();
		const ofUser = t.throwsAsync(run('PING'), undefined, 'it still applies to those of the user');
		await blockLoop();
		await ofUser;
	});
}

test.serial('the same of a client of a cluster', async t => {
	const member = await startRedis(['--cluster-enabled', 'yes']);
	t.teardown(() => member.stop());
	const direct = new Redis(member.port);
	t.teardown(() => direct.disconnect());
	await join([direct]);
	const rootNodes = [{url: `redis://127.0.0.1:${member.port}`}];

	for (const client of [
		createCluster({rootNodes, commandOptions}),
		createCluster5({rootNodes, commandOptions}),
	]) {
		await client.connect();
		t.teardown(() => client.destroy());
		const store = new RedisStore({client, prefix: `${randomUUID()}:`});
		await store.admit('a', [], {});

		await setImmediate();
		const verdict = store.admit('b', [limit(2, 60_000)], {});
		await blockLoop();
		t.is((await verdict).kind, 'admitted');
	}
});

test.serial('the same of a client that asks a sentinel', async t => {
	const master = await startRedis();
	t.teardown(() => master.stop());
	const sentinel = await startSentinel(master);
	t.teardown(() => sentinel.stop());
	const sentinelRootNodes = [{host: '127.0.0.1', port: sentinel.port}];

	const options = {name: 'main', sentinelRootNodes, commandOptions};
	for (const client of [createSentinel(options), createSentinel5(options)]) {
		client.on('error', () => {});
		await client.connect();
		t.teardown(() => client.destroy());
		const store = new RedisStore({client, prefix: `${randomUUID()}:`});
		await store.admit('a', [], {});

		await setImmediate();
		const verdict = store.admit('a', [limit(2, 60_000)], {});
		await blockLoop();
		t.is((await verdict).kind, 'admitted');
	}
});

const impatient = {minimum: 1, maximum: 1, acquireTimeout: TIMEOUT};
const pools: Readonly<Record<string, () => Promise<OpenedClient>>> = {
	'redis 6': () => openNodeRedis(createClientPool({url: url()}, impatient)),
	'redis 5': () => openNodeRedis(createClientPool5({url: url()}, impatient)),
};

for (const [name, open] of Object.entries(pools)) {
	test.serial(
		`${name}: a pool that lets nobody wait is asked again while a question waits`,
		async t => {
			const {client, close} = await open();
			t.teardown(close);
			const store = new RedisStore({client, prefix: `${randomUUID()}:`});
			const {signal} = new AbortController();
			await store.admit('a', [], {});

			// The pool has no other client.
			const pool = client as unknown as {execute(use: () => Promise<void>): Promise<void>};
			const {all, release} = latch();
			pool.execute(() => all);
			const verdicts = ['a', 'b', 'c'].map(async one => {
				const verdict = store.admit(one, [limit(2, 60_000)], {}, {signal});
				await Promise.all([verdict, store.ban(`banned ${one}`, {duration: 60_000}, {signal})]);
				return verdict;
			});
			await blockLoop();
			release();
			t.deepEqual(
				(await Promise.all(verdicts)).map(({kind}) => kind),
				['admitted', 'admitted', 'admitted'],
			);
		},
	);
}
