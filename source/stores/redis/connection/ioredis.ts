import type {AskOptions} from '../../ask-options.ts';
import {ioredisTimeout} from './client-timeouts.ts';
import {assertAllMasters, notAllKnown} from './cluster-masters.ts';
import type {Connection, KeyScanner} from './connection.ts';
import {firstConnection} from './first-connection.ts';
import {connectionLost} from './not-sent.ts';
import {scanCommand, scanned} from './scan.ts';

/** A `Redis`, or a `Cluster`, of ioredis or iovalkey. */
export interface IoredisClient {
	readonly options: {
		readonly keyPrefix?: string | undefined;
		readonly reconnectOnError?: object | null | undefined;
		readonly redisOptions?: object | undefined;
		readonly host?: string | undefined;
		readonly port?: number | undefined;
	};
	/** ioredis 4 has it only on a cluster. */
	readonly isCluster?: boolean;
	readonly status: string;
	connect(): Promise<unknown>;
	createBuiltinCommand(name: string): object;
}

/** A command as text: it is called on a client, and its reply is text too. */
type BuiltinCommand = (...args: readonly string[]) => Promise<unknown>;

type Send = (command: readonly string[]) => Promise<unknown>;

interface IoredisCluster extends IoredisClient {
	/** For each slot its servers, the master first. */
	readonly slots: ReadonlyArray<readonly string[] | undefined>;
	nodes(role: 'master'): IoredisClient[];
}

/** Not a pipeline, which has the same methods except `connect`. */
export function isIoredis(client: unknown): client is IoredisClient {
	const {createBuiltinCommand, connect, options} = (client ?? {}) as Partial<IoredisClient>;

	return (
		typeof createBuiltinCommand === 'function' &&
		typeof connect === 'function' &&
		typeof options === 'object'
	);
}

export function ioredis(client: IoredisClient): Connection {
	const send = sender(client);

	return {
		isCluster: isCluster(client),
		isReady: () => client.status === 'ready',
		readOnlyAdvice:
			isCluster(client) || client.options.reconnectOnError
				? undefined
				: "create it with reconnectOnError: error => error.message.includes('READONLY')",
		clientTimeout: ioredisTimeout(client.options.redisOptions ?? client.options),
		...(isCluster(client) && {serverOf: slot => client.slots[slot]?.[0]}),
		send: (_key, command, asking) =>
			client.status === 'ready'
				? send(command)
				: connecting(client, asking).then(() => send(command)),
		servers: async () => {
			const servers = isCluster(client) ? await mastersOf(client) : [client];
			return servers.map(server => scanner(server, client));
		},
	};
}

/** Statuses of a client that has not been connected yet. In all others it has lost its connection. */
const CONNECTING = ['wait', 'connecting', 'connect'];

async function connecting(client: IoredisClient, asking: AskOptions | undefined): Promise<void> {
	if (!CONNECTING.includes(client.status)) {
		throw connectionLost();
	}

	if (client.status === 'wait') {
		// It would connect with the first command.
		client.connect().catch(() => {});
	}

	await firstConnection(client, () => client.status === 'ready', asking);
}

/**
 * All masters of a cluster. A client that is not connected yet knows none: a command makes it connect. It drops a
 * master whose connection breaks, and still names it as the one that holds its slots.
 */
async function mastersOf(cluster: IoredisCluster): Promise<readonly IoredisClient[]> {
	if (cluster.nodes('master').length === 0) {
		await sender(cluster)(['ping']);
	}

	const masters = cluster.nodes('master');
	const known = new Set(masters.map(({options: {host, port}}) => `${host}:${port}`));
	for (const [master] of cluster.slots.filter(servers => servers !== undefined)) {
		if (master !== undefined && !known.has(master)) {
			throw notAllKnown();
		}
	}

	await assertAllMasters(masters.map(sender));
	return masters;
}

/** The client puts its own prefix before the keys of a command, but not into a pattern. */
function scanner(server: IoredisClient, {options: {keyPrefix = ''}}: IoredisClient): KeyScanner {
	const send = sender(server);

	return async (cursor, pattern) => {
		const {cursor: next, keys} = scanned(await send(scanCommand(cursor, pattern, keyPrefix)));

		return {cursor: next, keys: keys.map(key => key.slice(keyPrefix.length))};
	};
}

/**
 * Sends each command on its own, whatever `enableAutoPipelining` says. Until ioredis 5.11, and in iovalkey, a
 * cluster's client looks for the key of a script in the wrong place then, and joins scripts of different servers
 * in one pipeline, which fails. ioredis 4 ends the process.
 */
function sender(client: IoredisClient): Send {
	const commands = new Map<string, BuiltinCommand>();

	return ([given = '', ...args]) => {
		// iovalkey only finds the keys of commands that are in lower case.
		const name = given.toLowerCase();
		const command =
			commands.get(name) ?? (client.createBuiltinCommand(name) as {string: BuiltinCommand}).string;
		commands.set(name, command);

		return command.apply(client, args);
	};
}

function isCluster(client: IoredisClient): client is IoredisCluster {
	return client.isCluster === true;
}
