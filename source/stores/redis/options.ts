import {check, isFunction, isText, namedOptions} from '../../checks/option-checks.ts';
import type {RedisClient} from './connection/connect.ts';

export interface RedisStoreOptions {
	/**
	 * Your own client: a `Redis` or `Cluster` of ioredis or iovalkey; or a connected client from
	 * `createClient`, `createClientPool`, `createCluster` or `createSentinel` of node-redis (`redis`). The store
	 * never closes it.
	 */
	readonly client: RedisClient;
	/**
	 * The beginning of every key, so that two apps can share a server. It has no braces. A `keyPrefix` of an
	 * ioredis or iovalkey client comes before it. node-redis does not apply its own to the keys of scripts.
	 *
	 * @default 'gk:'
	 */
	readonly prefix?: string;
	/**
	 * Returns the time in this process in milliseconds, from any origin. It times the reply cache, and all
	 * decisions while the server fails. For tests. The server counts by its own clock.
	 *
	 * @default performance.now
	 */
	readonly clock?: () => number;
}

/** @throws {TypeError} naming the option */
export function settleRedisOptions(options: unknown): Required<RedisStoreOptions> {
	const given = namedOptions(options, ['client', 'prefix', 'clock'], 'RedisStore()', {
		example: '{client: new Redis()}',
	});
	const {client, prefix = 'gk:', clock = () => performance.now()} = given;
	check(isPrefix, prefix, 'prefix', 'text without braces, not empty');
	check(isFunction<() => number>, clock, 'clock', 'a function that returns milliseconds');

	return {client: client as RedisClient, prefix, clock};
}

function isPrefix(given: unknown): given is string {
	return isText(given) && given !== '' && !/[{}]/.test(given);
}
