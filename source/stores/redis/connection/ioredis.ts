import type {Connection, KeyScanner} from './connection.ts';
import {scanCommand, scanned} from './scan.ts';

/** A `Redis`, or a `Cluster`, of ioredis or iovalkey. */
export interface IoredisClient {
	readonly options: {
		readonly keyPrefix?: string | undefined;
		readonly redisOptions?: object | undefined;
	};
	/** ioredis 4 has it only on a cluster. */
	readonly isCluster?: boolean;
	connect(): Promise<unknown>;
	call(command: string, args: string[]): Promise<unknown>;
}

interface IoredisCluster extends IoredisClient {
	/** For each slot its servers, the master first. */
	readonly slots: ReadonlyArray<readonly string[] | undefined>;
	nodes(role: 'master'): IoredisClient[];
}

/** Not a pipeline, which has the same methods except `connect`. */
export function isIoredis(client: unknown): client is IoredisClient {
	const {call, connect, options} = (client ?? {}) as Partial<IoredisClient>;

	return typeof call === 'function' && typeof connect === 'function' && typeof options === 'object';
}

export function ioredis(client: IoredisClient): Connection {
	return {
		isCluster: isCluster(client),
		clientTimeout: timeoutOf(client.options.redisOptions ?? client.options),
		...(isCluster(client) && {serverOf: slot => client.slots[slot]?.[0]}),
		send: (_key, command) => call(client, command),
		servers: async () => {
			const servers = isCluster(client) ? await mastersOf(client) : [client];
			return servers.map(server => scanner(server, client));
		},
	};
}

function timeoutOf(options: {
	readonly commandTimeout?: number;
	readonly socketTimeout?: number;
}): number | undefined {
	return options.commandTimeout ?? options.socketTimeout;
}

/** A client that is not connected yet knows no masters: a command makes it connect. */
async function mastersOf(cluster: IoredisCluster): Promise<readonly IoredisClient[]> {
	if (cluster.nodes('master').length === 0) {
		await cluster.call('ping', []);
	}

	return cluster.nodes('master');
}

/** The client puts its own prefix before the keys of a command, but not into a pattern. */
function scanner(server: IoredisClient, {options: {keyPrefix = ''}}: IoredisClient): KeyScanner {
	return async (cursor, pattern) => {
		const {cursor: next, keys} = scanned(
			await call(server, scanCommand(cursor, pattern, keyPrefix)),
		);

		return {cursor: next, keys: keys.map(key => key.slice(keyPrefix.length))};
	};
}

function call(client: IoredisClient, [name = '', ...args]: readonly string[]): Promise<unknown> {
	// iovalkey only finds the keys of commands that are in lower case.
	return client.call(name.toLowerCase(), args);
}

function isCluster(client: IoredisClient): client is IoredisCluster {
	return client.isCluster === true;
}
