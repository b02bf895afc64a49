import {Redis} from 'ioredis';
import {Redis as Valkey} from 'iovalkey';
import {createClient} from 'redis';
import type {RedisClient} from '../../../source/redis.ts';

/** A connected client of one of the packages. */
export interface OpenedClient {
	readonly client: RedisClient;
	/** Runs any command on the server. */
	run(...command: string[]): Promise<unknown>;
	close(): Promise<void>;
}

export type OpenClient = (port: number) => Promise<OpenedClient>;

/** The current major of each package whose clients the store takes. */
export const packages = {
	ioredis: async port => openIoredis(new Redis(port)),
	iovalkey: async port => openIoredis(new Valkey(port)),
	redis: async port => openNodeRedis(createClient({url: `redis://127.0.0.1:${port}`})),
} satisfies Readonly<Record<string, OpenClient>>;

interface IoredisClient {
	on(event: 'error', listener: () => void): unknown;
	call(command: string, args: string[]): Promise<unknown>;
	disconnect(): void;
}

export function openIoredis<T extends RedisClient>(client: T & IoredisClient): OpenedClient {
	client.on('error', ignore);

	return {
		client,
		run: (name = '', ...args) => client.call(name, args),
		close: async () => client.disconnect(),
	};
}

interface NodeRedisClient {
	on(event: 'error', listener: () => void): unknown;
	connect(): Promise<unknown>;
	sendCommand(command: string[]): Promise<unknown>;
	destroy?(): void;
	/** In node-redis 4. */
	disconnect?(): Promise<void>;
}

export async function openNodeRedis<T extends RedisClient>(
	client: T & NodeRedisClient,
): Promise<OpenedClient> {
	const opened = opening(client);
	await client.connect();

	return opened;
}

/** A client of node-redis that begins to connect. */
export async function beginNodeRedis<T extends RedisClient>(
	client: T & NodeRedisClient,
): Promise<OpenedClient> {
	const opened = opening(client);
	client.connect().catch(ignore);

	return opened;
}

function opening<T extends RedisClient>(client: T & NodeRedisClient): OpenedClient {
	client.on('error', ignore);

	return {
		client,
		run: (...command) => client.sendCommand(command),
		close: async () => (client.destroy ? client.destroy() : client.disconnect?.()),
	};
}

/** A client that the tests cut off emits errors, which are expected. */
function ignore(): void {}
