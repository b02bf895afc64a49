import {typeName} from '../../../checks/describe.ts';
import {badOption} from '../../../checks/option-checks.ts';
import type {Connection} from './connection.ts';
import {type IoredisClient, ioredis, isIoredis} from './ioredis.ts';
import {refuseIfLost, watchConnection} from './lost-connections.ts';
import {isNodeRedis, type NodeRedisClient, nodeRedis} from './node-redis.ts';

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
		return nodeRedis(client);
	}

	throw badOption('client', 'a client of ioredis, iovalkey or redis', client, typeName);
}
