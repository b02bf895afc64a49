import {createRequire} from 'node:module';
import {Redis as Redis5} from 'ioredis-5';
import {createClientPool} from 'redis';
import {createClient as createClient5} from 'redis-5';
import {type OpenClient, openIoredis, openNodeRedis} from './clients.ts';

const require = createRequire(import.meta.url);
/** Their types are of older majors, and say nothing here. */
const Redis4: typeof Redis5 = require('ioredis-4');
const {createClient: createClient4}: {createClient: typeof createClient5} = require('redis-4');

/** Pools, and clients of the majors before. */
export const furtherPackages: Readonly<Record<string, OpenClient>> = {
	'ioredis 5': async port => openIoredis(new Redis5(port)),
	'ioredis 4': async port => openIoredis(new Redis4(port)),
	'a pool of redis': async port =>
		openNodeRedis(createClientPool({url: `redis://127.0.0.1:${port}`})),
	'redis 5': async port => openNodeRedis(createClient5({url: `redis://127.0.0.1:${port}`})),
	'redis 4': async port => openNodeRedis(createClient4({url: `redis://127.0.0.1:${port}`})),
};
