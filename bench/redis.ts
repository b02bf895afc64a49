/*
 * What a decision costs on a Redis server, beside the peers: decisions a second, the server's CPU, its
 * reads from the socket, and what a client takes up. 50 decisions are in flight over one ioredis
 * connection. Run it with `npm run bench:redis`, on a machine that has a redis-server or valkey-server.
 */
import {createRequire} from 'node:module';
import {cpus} from 'node:os';
import {setTimeout} from 'node:timers/promises';
import {Redis} from 'ioredis';
import {RedisStore as ExpressStore} from 'rate-limit-redis';
import {RateLimiterRedis} from 'rate-limiter-flexible';
import type {Rule} from '../dist/index.js';
import {RedisStore} from '../dist/redis.js';
import {startRedis} from '../tests/support/redis/server.ts';
import {median} from './timing.ts';

const require = createRequire(import.meta.url);
const KoaLimiter = require('koa-ratelimit/limiter/redis.js');
const FastifyStore = require('@fastify/rate-limit/store/RedisStore.js');

const COUNT = 100;
const MINUTE = 60_000;
const rules: readonly Rule[] = [{name: 'global', count: COUNT, window: MINUTE, id: 'global'}];

/** Decides about a client once. */
type Decide = (client: string) => unknown;

const server = await startRedis();
const redis = new Redis(server.port);

const subjects: Readonly<Record<string, () => Decide>> = {
	'floor: a PING': () => () => redis.ping(),
	'floor: an empty script': () => {
		redis.defineCommand('nothing', {numberOfKeys: 1, lua: 'return 1'});
		return client => (redis as unknown as {nothing: Decide}).nothing(client);
	},
	'koa-gatekeeper': () => {
		const store = new RedisStore({client: redis});
		return client => store.recall(client, rules, {}) ?? store.admit(client, rules, {});
	},
	'koa-gatekeeper, each client alone as in a cluster': () => {
		const alone = Object.create(redis, {isCluster: {value: true}}) as Redis;
		const store = new RedisStore({client: alone, prefix: 'alone:'});
		return client => store.recall(client, rules, {}) ?? store.admit(client, rules, {});
	},
	'koa-ratelimit': () => id => new KoaLimiter({id, db: redis, max: COUNT, duration: MINUTE}).get(),
	'rate-limiter-flexible': () => {
		const limiter = new RateLimiterRedis({storeClient: redis, points: COUNT, duration: 60});
		return client => limiter.consume(client).catch(() => {});
	},
	'rate-limiter-flexible, inMemoryBlockOnConsumed': () => {
		const limiter = new RateLimiterRedis({
			storeClient: redis,
			points: COUNT,
			duration: 60,
			inMemoryBlockOnConsumed: COUNT + 1,
		});
		return client => limiter.consume(client).catch(() => {});
	},
	'rate-limit-redis': () => {
		const store = new ExpressStore({
			sendCommand: (command: string, ...args: string[]) =>
				redis.call(command, ...args) as Promise<never>,
		});
		store.init({windowMs: MINUTE} as Parameters<ExpressStore['init']>[0]);
		return client => store.increment(client);
	},
	'@fastify/rate-limit': () => {
		const store = new FastifyStore(false, false, redis);
		return client =>
			new Promise(resolve => {
				store.incr(client, resolve, MINUTE, COUNT);
			});
	},
};

interface Used {
	readonly cpu: number;
	readonly reads: number;
	readonly commands: number;
}

async function used(): Promise<Used> {
	const told = await redis.info();
	const read = (field: string) => Number(new RegExp(`^${field}:([\\d.]+)`, 'm').exec(told)?.[1]);

	return {
		cpu: read('used_cpu_user_main_thread') + read('used_cpu_sys_main_thread'),
		reads: read('total_reads_processed'),
		commands: read('total_commands_processed'),
	};
}

/** What the server holds of keys, values and its tables of them, without its connections' buffers. */
async function bytesHeld(): Promise<number> {
	const stats = (await redis.call('MEMORY', 'STATS')) as unknown[];
	const after = (list: unknown[], name: string) => list[list.indexOf(name) + 1];
	const tables = after(stats, 'db.0') as unknown[];

	return (
		Number(after(stats, 'dataset.bytes')) +
		Number(after(tables, 'overhead.hashtable.main')) +
		Number(after(tables, 'overhead.hashtable.expires'))
	);
}

const IN_FLIGHT = 50;

/** Decides so often, with so many decisions in flight. */
async function decideAbout(decide: Decide, decisions: number, whom: () => string): Promise<void> {
	let left = decisions;
	await Promise.all(
		Array.from({length: IN_FLIGHT}, async () => {
			while (left > 0) {
				left -= 1;
				const answer = decide(whom());
				if (typeof (answer as Promise<unknown> | undefined)?.then === 'function') {
					await answer;
				}
			}
		}),
	);
}

const address = (index: number) => `10.${index >> 16}.${(index >> 8) & 0xff}.${index & 0xff}`;
const anyOf = (clients: number) => () => address(Math.floor(Math.random() * clients));

/** Cases: who asks. */
const cases: ReadonlyArray<[title: string, decisions: number, whom: () => string]> = [
	['calm: 20,000 clients', 10_000, anyOf(20_000)],
	[
		'attacked: 99 of 100 are one client',
		20_000,
		() => (Math.random() < 0.99 ? '203.0.113.7' : anyOf(20_000)()),
	],
];

const ROUNDS = 9;

console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Node.js ${process.version}`);
console.log(`Redis ${/redis_version:(\S+)/.exec(await redis.info())?.[1]}`);
for (const [title, decisions, whom] of cases) {
	console.log(`\n${title}\n`);
	console.log('decisions/s  server CPU s  reads  commands (each for 100,000 decisions)');
	const runs = Object.entries(subjects).map(([name, open]) => ({
		name,
		decide: open(),
		rates: [] as number[],
		cpu: [] as number[],
		reads: [] as number[],
		commands: [] as number[],
	}));
	for (let round = 0; round <= ROUNDS; round += 1) {
		for (const {decide, rates, cpu, reads, commands} of runs) {
			const before = await used();
			const start = performance.now();
			await decideAbout(decide, decisions, whom);
			const seconds = (performance.now() - start) / 1000;
			const after = await used();
			const scale = 100_000 / decisions;
			// The first round is to warm up.
			if (round > 0) {
				rates.push(decisions / seconds);
				cpu.push((after.cpu - before.cpu) * scale);
				reads.push((after.reads - before.reads) * scale);
				commands.push((after.commands - before.commands) * scale);
			}
		}
	}

	for (const {name, rates, cpu, reads, commands} of runs) {
		console.log(
			[
				median(rates).toFixed(0).padStart(9),
				`${median(cpu).toFixed(2)} (${Math.min(...cpu).toFixed(2)}–${Math.max(...cpu).toFixed(2)})`,
				median(reads).toFixed(0),
				median(commands).toFixed(0),
				name,
			].join('  '),
		);
	}
}

const CLIENTS = 10_000;
/** Milliseconds in which a server that has grown its tables has left the old ones. */
const REHASHING = 2000;

console.log('\nbytes a client, with 1 and with 100 remembered requests\n');
for (const [name, open] of Object.entries(subjects)) {
	if (name.startsWith('floor')) {
		continue;
	}

	const bytes: number[] = [];
	for (const requests of [1, COUNT]) {
		await redis.flushall();
		const decide = open();
		await decideAbout(decide, 1, () => 'warm');
		const before = await bytesHeld();
		let asked = 0;
		await decideAbout(decide, CLIENTS * requests, () => {
			asked += 1;
			return address(asked % CLIENTS);
		});
		await setTimeout(REHASHING);
		bytes.push(((await bytesHeld()) - before) / CLIENTS);
	}

	console.log(`${bytes.map(each => each.toFixed(0).padStart(6)).join(' ')}  ${name}`);
}

redis.disconnect();
await server.stop();
process.exit();
