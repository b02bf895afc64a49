/*
 * What one decision costs in memory, beside the peers' own stores, all in one process and one run.
 * Run it with `npm ci --prefix bench && npm run bench:decisions`.
 */
import {createRequire} from 'node:module';
import {cpus} from 'node:os';
import {MemoryStore as ExpressStore} from 'express-rate-limit';
import {RateLimiterMemory} from 'rate-limiter-flexible';
import {MemoryStore, type Rule} from '../dist/index.js';
import {median, nanoseconds} from './timing.ts';

const require = createRequire(import.meta.url);
const FastifyStore = require('@fastify/rate-limit/store/LocalStore.js');
const KoaLimiter = require('koa-ratelimit/limiter/memory.js');

/** Decides about a client once, at once or as its caller has to wait for it. */
type Decide = (client: string) => unknown;

interface Subject {
	readonly name: string;
	readonly isAsync: boolean;
	/** @param count the requests in a minute that one client may make */
	readonly open: (count: number) => Decide;
}

const MINUTE = 60_000;
const CLIENTS = 100_000;

const ruleOf = (count: number, window: number): Rule => ({
	name: `${count}`,
	count,
	window,
	id: `${count}/${window}`,
});

const ours = (name: string, more: readonly Rule[]): Subject => ({
	name,
	isAsync: false,
	open: count => {
		const store = new MemoryStore({maxClients: 6 * CLIENTS});
		const rules = [ruleOf(count, MINUTE), ...more];
		return client => store.admit(client, rules, {});
	},
});

const subjects: readonly Subject[] = [
	{
		name: 'floor: a lookup, a comparison, a look at the clock',
		isAsync: false,
		open: () => {
			const ends = new Map<string, number>();
			return client => {
				const end = ends.get(client);
				if (end === undefined) {
					ends.set(client, performance.now() + MINUTE);
				}

				return end !== undefined && end > performance.now();
			};
		},
	},
	ours('koa-gatekeeper', []),
	ours('koa-gatekeeper, with [1000, 3600] too', [ruleOf(1000, 60 * MINUTE)]),
	{
		name: '@fastify/rate-limit',
		isAsync: false,
		open: count => {
			const store = new FastifyStore(false, false, 2 * CLIENTS);
			const ignore = () => {};
			return client => store.incr(client, ignore, MINUTE, count);
		},
	},
	{
		name: 'express-rate-limit',
		isAsync: true,
		open: () => {
			const store = new ExpressStore();
			store.init({windowMs: MINUTE} as Parameters<ExpressStore['init']>[0]);
			return client => store.increment(client);
		},
	},
	{
		name: 'koa-ratelimit',
		isAsync: true,
		open: max => {
			const db = new Map();
			return id => new KoaLimiter({id, db, max, duration: MINUTE}).get();
		},
	},
	{
		name: 'rate-limiter-flexible',
		isAsync: true,
		open: points => {
			const limiter = new RateLimiterMemory({points, duration: 60});
			return client => limiter.consume(client).catch(() => {});
		},
	},
];

const clients = Array.from(
	{length: CLIENTS},
	(_, index) => `10.${index >> 16}.${(index >> 8) & 0xff}.${index & 0xff}`,
);
const shuffled = Uint32Array.from({length: 2 ** 20}, () => Math.random() * CLIENTS);

/** Cases: what the limit is, and who asks. */
const cases: ReadonlyArray<[title: string, count: number, ask: (index: number) => string]> = [
	['hot, admitted', 1_000_000, () => '203.0.113.7'],
	['hot, refused', 100, () => '203.0.113.7'],
	['100,000 clients', 100, index => clients[shuffled[index & (2 ** 20 - 1)] ?? 0] ?? ''],
];

const ROUNDS = 7;
const CALLS = 400_000;

console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Node.js ${process.version}`);
for (const [title, count, ask] of cases) {
	console.log(`\n${title}: nanoseconds a decision, and times the floor\n`);
	const runs = subjects.map(subject => ({
		...subject,
		decide: subject.open(count),
		taken: [] as number[],
	}));
	for (let round = 0; round < ROUNDS; round += 1) {
		for (const {isAsync, decide, taken} of runs) {
			taken.push(await nanoseconds(CALLS, index => decide(ask(index)), isAsync));
		}
	}

	const floor = runs[0]?.taken ?? [];
	for (const {name, taken} of runs) {
		const ratio = median(taken.map((time, round) => time / (floor[round] ?? 1)));
		console.log(
			`${median(taken).toFixed(0).padStart(6)} ${ratio.toFixed(2).padStart(6)}  ${name} (${Math.min(...taken).toFixed(0)}–${Math.max(...taken).toFixed(0)})`,
		);
	}
}

process.exit();
