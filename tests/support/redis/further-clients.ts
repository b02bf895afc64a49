import {Redis as Redis5} from 'ioredis-5';
import {createClientPool} from 'redis';
import {createClient as createClient5} from 'redis-5';
import {type OpenClient, openIoredis, openNodeRedis} from './clients.ts';

/** Pools, and clients of the majors before. */
export const furtherPackages: Readonly<Record<string, OpenClient>> = {
	'ioredis 5': async port => openIoredis(new Redis5(port)),
	'a pool of redis': async port =>
		openNodeRedis(createClientPool({url: `redis://127.0.0.1:${port}`})),
	'redis 5': async port => openNodeRedis(createClient5({url: `redis://127.0.0.1:${port}`})),
};
