import {Redis} from 'ioredis';
import {Redis as Redis5} from 'ioredis-5';
import {Redis as Valkey} from 'iovalkey';
import {createClient, createClientPool} from 'redis';
import {createClient as createClient5} from 'redis-5';
import type {RedisClient} from '../../../source/redis.ts';

/** A client of one of the packages, connected. */
export interface OpenedClient {
	readonly client: RedisClient;
	/** Has the server run any command. */
	run(...command: string[]): Promise<unknown>;
	close(): Promise<void>;
}

type Open = (port: number) => Promise<OpenedClient>;

/** Every package that the store takes clients of, in its current major. */
export const packages = {
	ioredis: async port => likeIoredis(new Redis(port)),
	iovalkey: async port => likeIoredis(new Valkey(port)),
	redis: async port => likeNodeRedis(createClient({url: `redis://127.0.0.1:${port}`})),
} satisfies Readonly<Record<string, Open>>;

/** Their other clients, and those of the majors before. */
export const furtherPackages: Readonly<Record<string, Open>> = {
	'ioredis 5': async port => likeIoredis(new Redis5(port)),
	'a pool of redis': async port =>
		likeNodeRedis(createClientPool({url: `redis://127.0.0.1:${port}`})),
	'redis 5': async port => likeNodeRedis(createClient5({url: `redis://127.0.0.1:${port}`})),
};

function likeIoredis(client: Redis | Redis5 | Valkey): OpenedClient {
	client.on('error', ignore);

	return {
		client,
		run: (name = '', ...args) => (client as Redis).call(name, args),
		close: async () => client.disconnect(),
	};
}

interface NodeRedis {
	on(event: 'error', listener: () => void): unknown;
	connect(): Promise<unknown>;
	sendCommand(command: string[]): Promise<unknown>;
	destroy(): void;
}

async function likeNodeRedis(client: NodeRedis): Promise<OpenedClient> {
	client.on('error', ignore);
	await client.connect();

	return {
		client,
		run: (...command) => client.sendCommand(command),
		close: async () => client.destroy(),
	};
}

/** What goes wrong on purpose is no news. */
function ignore(): void {}
