import type {Connection, KeyScanner} from './connection.ts';
import {scanCommand, scanned} from './scan.ts';

/** From `createClient` or `createClientPool` of node-redis. */
interface SingleClient {
	sendCommand(command: string[], options?: object): Promise<unknown>;
}

/** From `createCluster`. */
interface ClusterClient {
	readonly masters: readonly object[];
	readonly slots?: ReadonlyArray<{readonly master: {readonly address: string}} | undefined>;
	nodeClient(node: never): Promise<SingleClient>;
	sendCommand(
		key: string,
		isReadonly: boolean,
		command: string[],
		options?: object,
	): Promise<unknown>;
}

/** From `createSentinel`. */
interface SentinelClient {
	getSentinelNode(): unknown;
	sendCommand(isReadonly: boolean, command: string[], options?: object): Promise<unknown>;
}

/** The options of a client, as far as they say when it gives up on a command. */
interface ClientOptions {
	readonly commandOptions?: {readonly timeout?: number};
	readonly socket?: {readonly socketTimeout?: number};
}

export type NodeRedisClient = SingleClient | ClusterClient | SentinelClient;

/** Replies are text and numbers, whatever types the user has chosen for them. */
const options = {typeMapping: {}};

/** Not the result of `multi()` or `legacy()`, which cannot connect. */
export function isNodeRedis(client: unknown): client is NodeRedisClient {
	const {sendCommand, connect} = (client ?? {}) as {sendCommand?: unknown; connect?: unknown};

	return typeof sendCommand === 'function' && typeof connect === 'function';
}

export function nodeRedis(client: NodeRedisClient): Connection {
	if ('nodeClient' in client) {
		return {
			isCluster: true,
			serverOf: slot => client.slots?.[slot]?.master.address,
			clientTimeout: timeoutOf(client),
			send: (key, command) => client.sendCommand(key, false, [...command], options),
			servers: async () => {
				const {masters} = client;
				if (masters.length === 0) {
					throw new Error('The client of the cluster is not connected');
				}

				return Promise.all(
					masters.map(async master => scanner(await client.nodeClient(master as never))),
				);
			},
		};
	}

	const single: SingleClient =
		'getSentinelNode' in client
			? {sendCommand: command => client.sendCommand(false, command, options)}
			: client;

	return {
		isCluster: false,
		clientTimeout: timeoutOf(client),
		send: (_key, command) => single.sendCommand([...command], options),
		servers: async () => [scanner(single)],
	};
}

function timeoutOf(client: object): number | undefined {
	const {commandOptions, socket} = (client as {options?: ClientOptions}).options ?? {};

	return commandOptions?.timeout ?? socket?.socketTimeout;
}

function scanner(server: SingleClient): KeyScanner {
	return async (cursor, pattern) =>
		scanned(await server.sendCommand(scanCommand(cursor, pattern), options));
}
