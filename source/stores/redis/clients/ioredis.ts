import type {Connection, KeyScanner} from '../connection.ts';
import {scanCommand, scanned} from '../scan.ts';

/** A `Redis`, or a `Cluster`, of ioredis or iovalkey. */
export interface IoredisClient {
	readonly options: {readonly keyPrefix?: string | undefined};
	readonly isCluster: boolean;
	call(command: string, args: string[]): Promise<unknown>;
}

interface IoredisCluster extends IoredisClient {
	nodes(role: 'master'): IoredisClient[];
}

export function isIoredis(client: unknown): client is IoredisClient {
	const {call, isCluster, options} = (client ?? {}) as Partial<IoredisClient>;

	return (
		typeof call === 'function' && typeof isCluster === 'boolean' && typeof options === 'object'
	);
}

export function ioredis(client: IoredisClient): Connection {
	return {
		isCluster: client.isCluster,
		send: (_key, command) => call(client, command),
		servers: async () =>
			(isCluster(client) ? client.nodes('master') : [client]).map(server =>
				scanner(server, client),
			),
	};
}

/** The client puts its own prefix in front of the keys of a command, but not into a pattern. */
function scanner(server: IoredisClient, {options: {keyPrefix = ''}}: IoredisClient): KeyScanner {
	return async (cursor, pattern) => {
		const {cursor: next, keys} = scanned(
			await call(server, scanCommand(cursor, pattern, keyPrefix)),
		);

		return {cursor: next, keys: keys.map(key => key.slice(keyPrefix.length))};
	};
}

function call(client: IoredisClient, [name = '', ...args]: readonly string[]): Promise<unknown> {
	return client.call(name, args);
}

function isCluster(client: IoredisClient): client is IoredisCluster {
	return client.isCluster;
}
