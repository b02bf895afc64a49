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

/** Each option after which a client gives up on a command, as it is given to a client of node-redis. */
const shorts = [{commandOptions: {timeout: 200}}, {socket: {socketTimeout: 200}}];
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
	createClient: shorts.flatMap(short => [createClient(short), createClient5(short)]),
	createCluster: shorts.flatMap(defaults => [
		createCluster({rootNodes: [], defaults}),
		createCluster5({rootNodes: [], defaults}),
	]),
	'createCluster, for all servers': [
		createCluster({rootNodes: [], commandOptions: {timeout: 200}}),
		createCluster5({rootNodes: [], commandOptions: {timeout: 200}}),
	],
	createSentinel: [
		createSentinel({...sentinel, commandOptions: {timeout: 200}}),
		createSentinel5({...sentinel, commandOptions: {timeout: 200}}),
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
	const pools = await Promise.all(
		shorts.flatMap(short => [
			openNodeRedis(createClientPool({url, ...short})),
			openNodeRedis(createClientPool5({url, ...short})),
		]),
	);
	for (const {client, close} of pools) {
		const store = new RedisStore({client});
		await store.admit('a', [], {});
		await store.admit('a', [], {});
		await close();
	}

	t.deepEqual(await seen.codes(), Array(4).fill('GATEKEEPER_CLIENT_TIMEOUT'));
});

test.serial('no warning reports a client that has time', async t => {
	const seen = warnings(t);
	const {client: pool, close} = await openNodeRedis(
		createClientPool({url: `redis://127.0.0.1:${server.port}`}),
	);
	for (const client of [
		new Redis({lazyConnect: true, commandTimeout: 5000}),
		new Redis({lazyConnect: true, socketTimeout: 0}),
		new Redis({lazyConnect: true}),
		createClient(),
		createCluster({rootNodes: []}),
		createSentinel(sentinel),
		pool,
	]) {
		new RedisStore({client});
	}

	await new RedisStore({client: pool}).admit('a', [], {});
	await close();
	t.deepEqual(await seen.codes(), []);
});
