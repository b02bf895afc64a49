import type {AskOptions} from '../../ask-options.ts';
import {nodeRedisTimeout} from './client-timeouts.ts';
import {assertAllMasters} from './cluster-masters.ts';
import type {Connection, KeyScanner} from './connection.ts';
import {firstConnection} from './first-connection.ts';
import {commandOptions, sendUnlessGivenUp} from './give-up.ts';
import {connectionLost, notOpen} from './not-sent.ts';
import {execute, nextUsed, type Pool} from './pool.ts';
import {scanCommand, scanned} from './scan.ts';
import {SharedLease} from './shared-lease.ts';

/** From `createClient` of node-redis. */
interface SingleClient {
	readonly isReady: boolean;
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

/** From `createClientPool`. */
interface PoolClient {
	readonly totalClients: number;
	sendCommand(command: string[], options?: object): Promise<unknown>;
}

/** Anything that one server replies to. */
interface Sender {
	sendCommand(command: string[], options?: object): Promise<unknown>;
}

export type NodeRedisClient = SingleClient | PoolClient | ClusterClient | SentinelClient;

/** Not the result of `multi()` or `legacy()`, which cannot connect. */
export function isNodeRedis(client: unknown): client is NodeRedisClient {
	const {sendCommand, connect} = (client ?? {}) as {sendCommand?: unknown; connect?: unknown};

	return typeof sendCommand === 'function' && typeof connect === 'function';
}

/** In node-redis 4, such a client takes callbacks, and returns no replies. */
export function isInLegacyMode(client: NodeRedisClient): boolean {
	return (client as {options?: {legacyMode?: boolean}}).options?.legacyMode === true;
}

export function nodeRedis(client: NodeRedisClient): Connection {
	if ('nodeClient' in client) {
		return {
			isCluster: true,
			isReady: () => client.masters.every(isConnected),
			readOnlyAdvice: undefined,
			serverOf: slot => client.slots?.[slot]?.master.address,
			clientTimeout: nodeRedisTimeout(client),
			send: (key, command, asking) => {
				refuseUnlessOpen(client);
				return sendUnlessGivenUp(client.masters.every(isConnected), asking, chosen =>
					client.sendCommand(key, false, [...command], chosen),
				);
			},
			servers: async () => {
				const masters = await mastersOf(client);
				return masters.map(scanner);
			},
		};
	}

	return {
		isCluster: false,
		// A pool does not show it.
		isReady: () => (client as {readonly isReady?: boolean}).isReady !== false,
		readOnlyAdvice:
			'getSentinelNode' in client
				? undefined
				: 'use createSentinel (from redis 5) or createCluster (from redis 6), or close this client and create it again',
		clientTimeout:
			'totalClients' in client ? nextUsed(client).then(nodeRedisTimeout) : nodeRedisTimeout(client),
		send: (_key, command, asking) => sendOver(client, [...command], asking),
		servers: async () => [scanner({sendCommand: command => sendOver(client, command, undefined)})],
	};
}

function sendOver(
	client: SingleClient | PoolClient | SentinelClient,
	command: string[],
	asking: AskOptions | undefined,
): Promise<unknown> {
	refuseUnlessOpen(client);
	if ('getSentinelNode' in client) {
		return leaseOf(client).send(() =>
			sendUnlessGivenUp(false, asking, chosen => client.sendCommand(false, command, chosen)),
		);
	}

	if ('totalClients' in client) {
		const pool = client as unknown as Pool<SingleClient>;
		return execute(pool, one => one.sendCommand(command, commandOptions), asking);
	}

	const send = () => client.sendCommand(command, commandOptions);

	return client.isReady ? send() : firstConnection(client, () => client.isReady, asking).then(send);
}

const leases = new WeakMap<SentinelClient, SharedLease>();

function leaseOf(client: SentinelClient): SharedLease {
	const lease = leases.get(client) ?? new SharedLease();
	leases.set(client, lease);
	return lease;
}

/** Its own error would not say that nothing was sent. */
function refuseUnlessOpen(client: object): void {
	if ((client as {readonly isOpen?: boolean}).isOpen === false) {
		throw notOpen();
	}
}

/** Whether the client of a master of a cluster is connected. It has none before the first command. */
function isConnected(master: object): boolean {
	return (master as {readonly client?: SingleClient}).client?.isReady === true;
}

/** All masters of a cluster. A client that has lost its connection would keep a command. */
async function mastersOf(cluster: ClusterClient): Promise<readonly SingleClient[]> {
	if (cluster.masters.length === 0) {
		throw new Error('The client of the cluster is not connected');
	}

	const masters = await Promise.all(
		cluster.masters.map(master => cluster.nodeClient(master as never)),
	);
	if (!masters.every(({isReady}) => isReady)) {
		throw connectionLost();
	}

	await assertAllMasters(
		masters.map(one => command => one.sendCommand([...command], commandOptions)),
	);
	return masters;
}

function scanner(server: Sender): KeyScanner {
	return async (cursor, pattern) =>
		scanned(await server.sendCommand(scanCommand(cursor, pattern), commandOptions));
}
