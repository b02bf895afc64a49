import {setTimeout} from 'node:timers/promises';
import type {ExecutionContext} from 'ava';
import {Cluster, Redis} from 'ioredis';
import {Cluster as ValkeyCluster} from 'iovalkey';
import Koa from 'koa';
import {createCluster} from 'redis';
import {gatekeeper} from '../../../source/index.ts';
import {type RedisClient, RedisStore} from '../../../source/redis.ts';
import {ok} from '../handlers.ts';
import {agents} from '../servers.ts';
import {join} from './cluster.ts';
import {startRedis} from './server.ts';

const host = '127.0.0.1';

/** As the documents advise, only shorter. */
const patience = {redisOptions: {socketTimeout: 2000}};

type Open = (ports: readonly number[]) => Promise<{client: RedisClient; close: () => unknown}>;

export const clusters: Readonly<Record<string, Open>> = {
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
export async function startMasters(t: ExecutionContext) {
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

interface GateOptions {
	readonly name: string;
	readonly ports: readonly number[];
	readonly count: number;
	readonly onStoreError?: 'closed' | 'memory';
}

/** A gate on a cluster, with clients on the first master and clients elsewhere. It refuses what the store does not decide. */
export async function openClusterGate(
	t: ExecutionContext,
	{name, ports, count, onStoreError = 'closed'}: GateOptions,
) {
	const {client, close} = await (clusters[name] as Open)(ports);
	t.teardown(close);
	const store = new RedisStore({client, prefix: `${name}:`});
	await untilItReplies(store);
	const isOnFirst = (key: string) => store.partOf(key) === `${host}:${ports[0]}`;
	const names = Array.from({length: 200}, (_, index) => `203.0.113.${index}`);
	const app = new Koa();
	const gate = gatekeeper({
		rateLimitRule: [count, 3600],
		banRule: [1000, 60, 600],
		ipHeader: 'X-Forwarded-For',
		store,
		onStoreError,
		storeTimeout: 0.3,
	});
	app.use(gate);
	app.use(ok);
	const {from} = agents(app);
	const send = async (key: string | undefined) => (await from(key ?? '').get('/')).status;
	const [first = '', ...others] = names.filter(isOnFirst);
	const elsewhere = names.filter(key => !isOnFirst(key));

	return {
		name,
		gate,
		store,
		send,
		/** A client on the first master. */
		first,
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

/** On a busy machine, a client may lose its first connection to a cluster that has just formed. */
async function untilItReplies(store: RedisStore): Promise<void> {
	for (let tries = 1; ; tries += 1) {
		try {
			await store.admit('nobody', [], {});
			return;
		} catch (error) {
			if (tries === 100) {
				throw error;
			}

			await setTimeout(50);
		}
	}
}
