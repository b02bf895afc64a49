import {createRequire} from 'node:module';
import {join} from 'node:path';
import {Redis} from 'ioredis';
import {RateLimiterCluster, RateLimiterSQLite} from 'rate-limiter-flexible';
import {LocalStore} from '../../dist/local.js';
import {RedisStore} from '../../dist/redis.js';
import {startRedis} from '../../tests/support/redis/server.ts';
import {COUNT, rules} from './clients.ts';
import {openFloor} from './floor.ts';
import {temporaryFolder} from './folder.ts';
import {type Decide, decideBy} from './load.ts';
import {primaryCpu} from './primary.ts';

const require = createRequire(import.meta.url);
const Sqlite = require('better-sqlite3');

const IN_FLIGHT = 50;
const folder = temporaryFolder();

export interface Contender {
	readonly name: string;
	readonly inFlight: number;
	readonly decide: Decide;
	/** Microseconds of CPU time that another process has used for it so far. */
	readonly serverCpu?: () => Promise<number>;
}

type Opened = Omit<Contender, 'name' | 'inFlight'>;

async function redis(): Promise<Opened> {
	const socket = join(folder, 'redis.sock');
	await startRedis(['--unixsocket', socket]);
	const asking = new Redis(socket);

	return {
		decide: decideBy(new RedisStore({client: new Redis(socket)}), rules),
		serverCpu: async () => {
			const told = await asking.info('cpu');
			const read = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(told)?.[1]);
			return 1e6 * (read('used_cpu_user') + read('used_cpu_sys'));
		},
	};
}

/** As safe as the file of LocalStore: a change outlives the process, but not the power. */
async function sqlite(): Promise<Opened> {
	const storeClient = new Sqlite(join(folder, 'limits.sqlite'));
	storeClient.pragma('journal_mode = WAL');
	storeClient.pragma('synchronous = OFF');
	const limiter = await new Promise<RateLimiterSQLite>((resolve, reject) => {
		const opened = new RateLimiterSQLite(
			{
				storeClient,
				storeType: 'better-sqlite3',
				tableName: 'limits',
				points: COUNT,
				duration: 60,
				inMemoryBlockOnConsumed: COUNT + 1,
			},
			error => (error ? reject(error) : resolve(opened)),
		);
	});

	return {decide: client => limiter.consume(client).catch(() => {})};
}

function clusterStore(): Opened {
	const limiter = new RateLimiterCluster({keyPrefix: 'limits', points: COUNT, duration: 60});

	return {decide: client => limiter.consume(client).catch(() => {}), serverCpu: primaryCpu};
}

/** The floor, and all that are compared with it. */
export async function openContenders(clients: readonly string[]): Promise<readonly Contender[]> {
	const {atOnce, inTurn} = openFloor(join(folder, 'floor.mdb'), clients);
	const path = join(folder, 'gatekeeper.mdb');
	const all: Readonly<Record<string, Opened>> = {
		'floor, in a turn of the event loop': {decide: inTurn},
		LocalStore: {decide: decideBy(new LocalStore({path}), rules)},
		RedisStore: await redis(),
		RateLimiterCluster: clusterStore(),
		RateLimiterSQLite: await sqlite(),
	};

	return [
		{name: 'floor: a transaction of a get and a put', inFlight: 1, decide: atOnce},
		...Object.entries(all).flatMap(([name, opened]) =>
			[1, IN_FLIGHT].map(inFlight => ({name, inFlight, ...opened})),
		),
	];
}
