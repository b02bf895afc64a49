import {badOption, typeName} from '../../../checks/option-checks.ts';
import type {Connection} from './connection.ts';
import {type IoredisClient, ioredis, isIoredis} from './ioredis.ts';
import {isNodeRedis, type NodeRedisClient, nodeRedis} from './node-redis.ts';

/** The client that the user has: see the option `client` of `RedisStore`. */
export type RedisClient = IoredisClient | NodeRedisClient;

/** @throws {TypeError} for what is no client of these */
export function connect(client: unknown): Connection {
	if (isIoredis(client)) {
		return ioredis(client);
	}

	if (isNodeRedis(client)) {
		return nodeRedis(client);
	}

	throw badOption('client', 'a client of ioredis, iovalkey or redis', client, typeName);
}
