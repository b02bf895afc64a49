import {typeName} from '../../../checks/describe.ts';
import {badOption} from '../../../checks/option-checks.ts';
import type {Connection} from './connection.ts';
import {type IoredisClient, ioredis, isIoredis} from './ioredis.ts';
import {refuseIfLost, watchConnection} from './lost-connections.ts';
import {isInLegacyMode, isNodeRedis, type NodeRedisClient, nodeRedis} from './node-redis.ts';

/** The user's own client: see the option `client` of `RedisStore`. */
export type RedisClient = IoredisClient | NodeRedisClient;

/** @throws {TypeError} for anything but a client of these packages */
export function connect(client: unknown): Connection {
	const connection = connectionOf(client);
	watchConnection(client as object);

	return {
		...connection,
		send(key, command, asking) {
			refuseIfLost(client as object);
			return connection.send(key, command, asking);
		},
	};
}

function connectionOf(client: unknown): Connection {
	if (isIoredis(client)) {
		return ioredis(client);
	}

	if (isNodeRedis(client)) {
		if (isInLegacyMode(client)) {
			throw badOption('client', 'a client of redis without `legacyMode`', client, typeName);
		}

		return nodeRedis(client);
	}

	const allowed = 'a client of iovalkey, or of ioredis or redis from version 4';
	throw badOption('client', allowed, client, typeName);
}
