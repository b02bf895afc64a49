import test from 'ava';
import {Cluster, Redis} from 'ioredis';
import {Redis as Valkey, Cluster as ValkeyCluster} from 'iovalkey';
import {createClient, createClientPool, createCluster, createSentinel} from 'redis';
import {
	createClient as createClient5,
	createClientPool as createClientPool5,
	createCluster as createCluster5,
	createSentinel as createSentinel5,
} from 'redis-5';
import {type RedisClient, RedisStore} from '../../../source/redis.ts';
import {openNodeRedis} from '../../support/redis/clients.ts';
import {server} from '../../support/redis/shared.ts';
import {warnings} from '../../support/warnings.ts';

/** A timeout of a client of node-redis that applies to the commands of the store too. */
const short = {socket: {socketTimeout: 200}};
const commandOptions = {timeout: 200};
const sentinel = {name: 'master', sentinelRootNodes: [{host: '127.0.0.1', port: 1}]};

const impatient: Readonly<Record<string, readonly RedisClient[]>> = {
	Redis: [
		new Redis({lazyConnect: true, commandTimeout: 200}),
		new Redis({lazyConnect: true, socketTimeout: 200}),
		new Redis({lazyConnect: true, commandTimeout: 5000, socketTimeout: 200}),
		new Redis({lazyConnect: true, commandTimeout: 200, socketTimeout: 5000}),
		new Valkey({lazyConnect: true, commandTimeout: 5000, socketTimeout: 200}),
	],
	Cluster: [
		new Cluster([], {lazyConnect: true, redisOptions: {commandTimeout: 200}}),
		new ValkeyCluster([{port: 1}], {lazyConnect: true, redisOptions: {commandTimeout: 200}}),
	],
	createClient: [createClient(short), createClient5(short)],
	createCluster: [
		createCluster({rootNodes: [], defaults: short}),
		createCluster5({rootNodes: [], defaults: short}),
	],
};

for (const [name, clients] of Object.entries(impatient)) {
	test.serial(`a warning reports that a client of ${name} gives up on commands soon`, async t => {
		const seen = warnings(t);
		for (const client of clients) {
			new RedisStore({client});
		}

		t.deepEqual(
			await seen.codes(),
			clients.map(() => 'GATEKEEPER_CLIENT_TIMEOUT'),
		);
		for (const message of await seen.messages()) {
			t.regex(message, /after 200 ms/);
		}
	});
}

test.serial('a warning reports that the clients of a pool give up on commands soon', async t => {
	const seen = warnings(t);
	const url = `redis://127.0.0.1:${server.port}`;
	const pools = await Promise.all([
		openNodeRedis(createClientPool({url, ...short})),
		openNodeRedis(createClientPool5({url, ...short})),
	]);
	for (const {client, close} of pools) {
		const store = new RedisStore({client});
		await store.admit('a', [], {});
		await store.admit('a', [], {});
		await close();
	}

	t.deepEqual(await seen.codes(), Array(2).fill('GATEKEEPER_CLIENT_TIMEOUT'));
});

test.serial('no warning reports a client that has time', async t => {
	const seen = warnings(t);
	const {client: pool, close} = await openNodeRedis(
		createClientPool({url: `redis://127.0.0.1:${server.port}`, commandOptions}),
	);
	for (const client of [
		new Redis({lazyConnect: true, commandTimeout: 5000}),
		new Redis({lazyConnect: true, socketTimeout: 0}),
		new Redis({lazyConnect: true}),
		createClient(),
		createCluster({rootNodes: []}),
		createSentinel(sentinel),
		// Its timeout for commands does not apply to those of the store.
		createClient({commandOptions}),
		createClient5({commandOptions}),
		createCluster({rootNodes: [], commandOptions}),
		createSentinel5({...sentinel, commandOptions}),
		pool,
	]) {
		new RedisStore({client});
	}

	await new RedisStore({client: pool}).admit('a', [], {});
	await close();
	t.deepEqual(await seen.codes(), []);
});
