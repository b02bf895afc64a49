/** The options after which a client of ioredis or iovalkey gives up on a command, in milliseconds. */
interface IoredisTimeouts {
	readonly commandTimeout?: number;
	readonly socketTimeout?: number;
}

/** The same of a client of node-redis. */
interface NodeRedisTimeouts {
	readonly commandOptions?: CommandOptions | undefined;
	readonly socket?: {readonly socketTimeout?: number};
}

interface CommandOptions {
	readonly timeout?: number;
}

/** Where the clients of node-redis keep their options, as far as they show them. */
interface NodeRedisClient {
	/** A single client's. */
	readonly options?: NodeRedisTimeouts;
	/** A cluster's: `defaults` are those of its clients. */
	readonly _options?: {readonly defaults?: NodeRedisTimeouts};
	/** What applies to all commands. */
	readonly _commandOptions?: CommandOptions | undefined;
	/** The same of a sentinel. In node-redis 4, it is a function. */
	readonly commandOptions?: CommandOptions | undefined;
}

/** The smallest timeout of a client of ioredis or iovalkey, if it has one. */
export function ioredisTimeout({
	commandTimeout,
	socketTimeout,
}: IoredisTimeouts): number | undefined {
	return smallest([commandTimeout, socketTimeout]);
}

/** The smallest timeout that a client of node-redis shows. A pool shows none, and a sentinel not those of its clients. */
export function nodeRedisTimeout(client: object): number | undefined {
	const {options, _options, _commandOptions, commandOptions} = client as NodeRedisClient;

	return smallest([
		...timeoutsIn(options),
		...timeoutsIn(_options?.defaults),
		_commandOptions?.timeout,
		commandOptions?.timeout,
	]);
}

function timeoutsIn(options: NodeRedisTimeouts = {}): Array<number | undefined> {
	return [options.commandOptions?.timeout, options.socket?.socketTimeout];
}

/** 0 stands for no timeout. */
function smallest(timeouts: ReadonlyArray<number | undefined>): number | undefined {
	const given = timeouts.filter(ms => typeof ms === 'number' && ms > 0) as number[];

	return given.length > 0 ? Math.min(...given) : undefined;
}
