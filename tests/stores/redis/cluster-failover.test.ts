import {setTimeout} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {Cluster, Redis} from 'ioredis';
import {Cluster as ValkeyCluster} from 'iovalkey';
import Koa from 'koa';
import {createCluster} from 'redis';
import {gatekeeper} from '../../../source/index.ts';
import {type RedisClient, RedisStore} from '../../../source/redis.ts';
import {ok} from '../../support/handlers.ts';
import {addReplica, join, untilReplicated} from '../../support/redis/cluster.ts';
import {type RedisServer, startRedis} from '../../support/redis/server.ts';
import {agents} from '../../support/servers.ts';

const COUNT = 5;
const host = '127.0.0.1';

/** As the documents advise, only shorter. */
const patience = {redisOptions: {socketTimeout: 2000}};

type Open = (ports: readonly number[]) => Promise<{client: RedisClient; close: () => unknown}>;

const clusters: Readonly<Record<string, Open>> = {
	ioredis: async ports => {
		const client = new Cluster(
			ports.map(port => ({host, port})),
			patience,
		);
		client.on('error', () => {});
		return {client, close: () => client.disconnect()};
	},
	iovalkey: async ports => {
		const client = new ValkeyCluster(
			ports.map(port => ({host, port})),
			patience,
		);
		client.on('error', () => {});
		return {client, close: () => client.disconnect()};
	},
	redis: async ports => {
		const client = createCluster({
			rootNodes: ports.map(port => ({url: `redis://${host}:${port}`})),
		});
		client.on('error', () => {});
		await client.connect();
		return {client, close: () => client.destroy()};
	},
};

/** Three masters, and what the first of them fails with. */
async function startMasters(t: ExecutionContext) {
	const options = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '500'];
	const partial = ['--cluster-require-full-coverage', 'no', '--repl-diskless-sync-delay', '0'];
	const start = async () => {
		const server = await startRedis([...options, ...partial]);
		t.teardown(() => server.stop());
		const direct = new Redis(server.port);
		direct.on('error', () => {});
		t.teardown(() => direct.disconnect());
		return {server, direct};
	};
	const masters = await Promise.all([start(), start(), start()]);
	await join(masters.map(({direct}) => direct));

	return {masters, start, ports: masters.map(({server}) => server.port)};
}

/** A gate that refuses what the store does not decide, with a client on the first master and one elsewhere. */
async function openGate(t: ExecutionContext, name: string, ports: readonly number[]) {
	const {client, close} = await (clusters[name] as Open)(ports);
	t.teardown(close);
	const store = new RedisStore({client, prefix: `${name}:`});
	await store.admit('nobody', [], {});
	const isOnFirst = (key: string) => store.partOf(key) === `${host}:${ports[0]}`;
	const names = Array.from({length: 200}, (_, index) => `203.0.113.${index}`);
	const app = new Koa();
	app.use(
		gatekeeper({
			rateLimitRule: [COUNT, 3600],
			ipHeader: 'X-Forwarded-For',
			store,
			onStoreError: 'closed',
			storeTimeout: 0.3,
		}),
	);
	app.use(ok);
	const {from} = agents(app);
	const send = async (key: string | undefined) => (await from(key ?? '').get('/')).status;
	const [first, ...others] = names.filter(isOnFirst);
	const elsewhere = names.filter(key => !isOnFirst(key));

	return {
		name,
		onFirst: () => send(first),
		/** A function that sends as another client, each time anew. */
		anotherOnFirst: () => {
			const other = others.pop();
			return () => send(other);
		},
		/** Each time by another client. */
		elsewhere: () => send(elsewhere.pop()),
	};
}

test('while one master of a cluster is dead, clients on the others are decided by the store', async t => {
	const {masters, ports} = await startMasters(t);
	const gates = await Promise.all(Object.keys(clusters).map(name => openGate(t, name, ports)));
	t.deepEqual(await Promise.all(gates.map(({onFirst}) => onFirst())), [200, 200, 200]);

	await masters[0]?.server.kill();
	for (const {name, onFirst, elsewhere} of gates) {
		for (let time = 0; time < 8; time += 1) {
			t.is(await onFirst(), 503, name);
			t.is(await elsewhere(), 200, name);
		}
	}
});

interface Failure {
	readonly fail: (server: RedisServer | undefined) => unknown;
	readonly names: readonly string[];
}

const failures: Readonly<Record<string, Failure>> = {
	dies: {fail: server => server?.kill(), names: Object.keys(clusters)},
	// As a machine does that vanishes: no connection is closed. node-redis has no setting against it.
	'is silent': {fail: server => server?.pause(), names: ['ioredis', 'iovalkey']},
};

for (const [how, {fail, names}] of Object.entries(failures)) {
	test(`when a replica takes the place of a master that ${how}, admissions recover and go on counting`, async t => {
		const {masters, start, ports} = await startMasters(t);
		const [first] = masters;
		const replica = await start();
		await addReplica(
			replica.direct,
			first?.direct as Redis,
			masters.map(({direct}) => direct),
		);
		const gates = await Promise.all(names.map(name => openGate(t, name, ports)));
		for (const {onFirst} of gates) {
			t.deepEqual([await onFirst(), await onFirst(), await onFirst()], [200, 200, 200]);
		}

		await untilReplicated(first?.direct as Redis, replica.direct);
		await fail(first?.server);
		const ended = await Promise.allSettled(
			gates.map(async ({name, onFirst, anotherOnFirst}) => {
				const statuses: number[] = [];
				while (statuses.at(-1) !== 429) {
					statuses.push(await onFirst());
					await setTimeout(50);
				}

				// Clients of ioredis and iovalkey may ask later what was given up: that counts too.
				t.true(statuses.filter(status => status === 200).length <= COUNT - 3, name);
				let others: number[];
				do {
					const send = anotherOnFirst();
					others = [];
					for (let time = 0; time <= COUNT; time += 1) {
						others.push(await send());
					}
				} while (others.includes(503));

				t.deepEqual(others, [...Array(COUNT).fill(200), 429], name);
			}),
		);
		t.deepEqual(
			ended.flatMap(each => (each.status === 'rejected' ? [each.reason] : [])),
			[],
		);
	});
}
