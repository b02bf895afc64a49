import {createRequire} from 'node:module';
import {Cluster, Redis} from 'ioredis';
import {Cluster as Cluster5, Redis as Redis5} from 'ioredis-5';
import {Cluster as ValkeyCluster} from 'iovalkey';
import {createClient, createClientPool} from 'redis';
import {createClient as createClient5} from 'redis-5';
import {beginNodeRedis, type OpenClient, openIoredis, openNodeRedis, packages} from './clients.ts';

const require = createRequire(import.meta.url);
/** Their types are of older majors, and say nothing here. */
const Redis4: typeof Redis5 & {Cluster: typeof Cluster5} = require('ioredis-4');
const {createClient: createClient4}: {createClient: typeof createClient5} = require('redis-4');

/** Pools, and clients of the majors before. */
export const furtherPackages: Readonly<Record<string, OpenClient>> = {
	'ioredis 5': async port => openIoredis(new Redis5(port)),
	'ioredis 4': async port => openIoredis(new Redis4(port)),
	// A test may wait for long, while hundreds of others use the pool.
	'a pool of redis': async port =>
		openNodeRedis(createClientPool({url: `redis://127.0.0.1:${port}`}, {acquireTimeout: 60_000})),
	'redis 5': async port => openNodeRedis(createClient5({url: `redis://127.0.0.1:${port}`})),
	'redis 4': async port => openNodeRedis(createClient4({url: `redis://127.0.0.1:${port}`})),
};

/** The classes for clusters of ioredis, from each of its majors, and of iovalkey. */
export const clusterPackages = {
	'ioredis 6': Cluster,
	'ioredis 5.9': Cluster5,
	'ioredis 4': Redis4.Cluster,
	iovalkey: ValkeyCluster,
};

/** Clients that are connecting: what is asked of them has to wait. */
export const connecting: Readonly<Record<string, OpenClient>> = {
	...packages,
	'ioredis, lazily': async port => openIoredis(new Redis(port, {lazyConnect: true})),
	'ioredis 5': async port => openIoredis(new Redis5(port)),
	'ioredis 4': async port => openIoredis(new Redis4(port)),
	redis: async port => beginNodeRedis(createClient({url: `redis://127.0.0.1:${port}`})),
	'a pool of redis': async port =>
		beginNodeRedis(createClientPool({url: `redis://127.0.0.1:${port}`})),
	'redis 5': async port => beginNodeRedis(createClient5({url: `redis://127.0.0.1:${port}`})),
	'redis 4': async port => beginNodeRedis(createClient4({url: `redis://127.0.0.1:${port}`})),
};
