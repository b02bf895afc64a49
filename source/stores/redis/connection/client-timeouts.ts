/** The options after which a client of ioredis or iovalkey gives up on a command, in milliseconds. */
interface IoredisTimeouts {
	readonly commandTimeout?: number;
	readonly socketTimeout?: number;
}

/** The same of a client of node-redis. Its timeout for commands does not apply to those of the store. */
interface NodeRedisTimeouts {
	readonly socket?: {readonly socketTimeout?: number};
}

/** Where the clients of node-redis keep their options, as far as they show them. */
interface NodeRedisClient {
	/** A single client's. */
	readonly options?: NodeRedisTimeouts;
	/** A cluster's: `defaults` are those of its clients. */
	readonly _options?: {readonly defaults?: NodeRedisTimeouts};
}

/** The smallest timeout of a client of ioredis or iovalkey, if it has one. */
export function ioredisTimeout({
	commandTimeout,
	socketTimeout,
}: IoredisTimeouts): number | undefined {
	return smallest([commandTimeout, socketTimeout]);
}

/** The timeout that a client of node-redis shows. A pool shows none, and a sentinel not those of its clients. */
export function nodeRedisTimeout(client: object): number | undefined {
	const {options, _options} = client as NodeRedisClient;

	return smallest([options?.socket?.socketTimeout, _options?.defaults?.socket?.socketTimeout]);
}

/** 0 stands for no timeout. */
function smallest(timeouts: ReadonlyArray<number | undefined>): number | undefined {
	const given = timeouts.filter(ms => typeof ms === 'number' && ms > 0) as number[];

	return given.length > 0 ? Math.min(...given) : undefined;
}
