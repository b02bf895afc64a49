import {check, isFunction, namedOptions} from '../../option-checks.ts';
import type {Rule, SettledBanRule} from '../../rules.ts';
import {
	type AdmitOptions,
	admitted,
	type Quota,
	type Report,
	type ReportOutcome,
	type Store,
	type StoredBan,
	type Verdict,
} from '../store.ts';
import {Generations} from './generations.ts';
import {SlidingLog} from './sliding-log.ts';

export interface MemoryStoreOptions {
	/**
	 * Tells the time in milliseconds, from any origin. For tests: pass the time by hand, not by sleeping.
	 *
	 * @default performance.now, which never jumps
	 */
	readonly clock?: () => number;
}

/** What is remembered of one client, by the rules' counters. */
interface ClientRecord {
	readonly requests: Map<string, SlidingLog>;
	readonly reports: Map<string, SlidingLog>;
}

interface Ban {
	readonly by: 'reports' | 'hand';
	readonly reason?: string;
	readonly until: number;
}

/** Forgetting goes on in steps of at least this, however short the windows are. */
const SHORTEST_SPAN = 1000;

/**
 * Keeps everything in this process: exact, and gone with it. A client that has been quiet for longer
 * than every window is forgotten when the next one has passed; no timer runs.
 *
 * @example
 * let now = 0;
 * app.use(gatekeeper({rateLimitRule: [100, 60], store: new MemoryStore({clock: () => now})}));
 */
export class MemoryStore implements Store {
	readonly shared = false;
	readonly #clock: () => number;
	readonly #clients = new Generations<ClientRecord>();
	readonly #bans = new Map<string, Ban>();
	#latest: number;
	#longestWindow = SHORTEST_SPAN;

	/** @throws {TypeError} for a clock that tells no time, and for options unknown */
	constructor(options: MemoryStoreOptions = {}) {
		const {clock = () => performance.now()} = namedOptions(options, ['clock'], 'MemoryStore()');
		check(isFunction, clock, 'clock', 'a function that returns milliseconds');
		const now: unknown = clock();
		check(isTime, now, 'clock', 'a function that returns milliseconds');
		this.#clock = clock as () => number;
		this.#latest = now;
	}

	/** Milliseconds by the store's clock; never less than it has told before. */
	clock(): number {
		const read = this.#clock();
		if (read > this.#latest) {
			this.#latest = read;
		}

		return this.#latest;
	}

	admit(client: string, rules: readonly Rule[], options: AdmitOptions = {}): Verdict {
		const now = this.#tick(rules);
		const ban = options.immune ? undefined : this.#banOf(client, now);
		if (ban) {
			const {until, ...why} = ban;
			return {kind: 'banned', ...why, endsInMs: until - now};
		}

		if (rules.length === 0) {
			return admitted;
		}

		const {requests} = this.#record(client);
		const asked = rules.map(rule => ({rule, log: logOf(requests, rule)}));
		const full = asked.filter(({rule, log}) => log.within(now) >= rule.count);
		if (full.length === 0 || options.late) {
			for (const {log} of asked) {
				log.add(now);
			}
		}

		const quotas = (full.length === 0 ? asked : full).map(({rule, log}) => quota(rule, log, now));
		return {kind: full.length === 0 ? 'admitted' : 'limited', quotas};
	}

	report(client: string, banRule: SettledBanRule, {weight, reason}: Report): ReportOutcome {
		const now = this.#tick([banRule]);
		const ban = this.#banOf(client, now);
		if (ban) {
			return {reports: 0, banEndsInMs: ban.until - now};
		}

		const {reports} = this.#record(client);
		const log = logOf(reports, banRule);
		const total = log.within(now) + weight;
		if (total >= banRule.count) {
			this.#beginBan(client, {by: 'reports', reason, until: now + banRule.duration});
			return {reports: total, banEndsInMs: banRule.duration};
		}

		for (let counted = 0; counted < weight; counted += 1) {
			log.add(now);
		}

		return {reports: total};
	}

	ban(client: string, {duration, reason}: {duration: number; reason?: string}): void {
		const now = this.#tick([]);
		this.#beginBan(client, {by: 'hand', reason, until: now + duration});
	}

	unban(client: string): void {
		this.#bans.delete(client);
		this.#clients.get(client)?.reports.clear();
	}

	reset(client: string): void {
		this.#clients.delete(client);
	}

	*bans(): Generator<StoredBan> {
		for (const [client, {until, ...why}] of this.#bans) {
			const endsInMs = until - this.clock();
			if (endsInMs > 0) {
				yield {client, ...why, endsInMs};
			}
		}
	}

	close(): void {
		this.#clients.clear();
		this.#bans.clear();
	}

	/** What time it is; whatever has been quiet for too long is forgotten on the way. */
	#tick(rules: readonly Rule[]): number {
		for (const rule of rules) {
			this.#longestWindow = Math.max(this.#longestWindow, rule.window);
		}

		const now = this.clock();
		if (this.#clients.turn(now, this.#longestWindow)) {
			this.#forgetEndedBans(now);
		}

		return now;
	}

	#record(client: string): ClientRecord {
		const known = this.#clients.get(client);
		if (known) {
			return known;
		}

		const record: ClientRecord = {requests: new Map(), reports: new Map()};
		this.#clients.set(client, record);
		return record;
	}

	#banOf(client: string, now: number): Ban | undefined {
		const ban = this.#bans.get(client);
		return ban && ban.until > now ? ban : undefined;
	}

	#beginBan(client: string, ban: {by: Ban['by']; reason: string | undefined; until: number}): void {
		const {by, reason, until} = ban;
		this.#bans.set(client, reason === undefined ? {by, until} : {by, reason, until});
		this.#clients.get(client)?.reports.clear();
	}

	#forgetEndedBans(now: number): void {
		for (const [client, ban] of this.#bans) {
			if (ban.until <= now) {
				this.#bans.delete(client);
			}
		}
	}
}

function isTime(given: unknown): given is number {
	return Number.isFinite(given);
}

function logOf(logs: Map<string, SlidingLog>, rule: Rule): SlidingLog {
	const known = logs.get(rule.counter);
	if (known) {
		return known;
	}

	const log = new SlidingLog(rule.count, rule.window);
	logs.set(rule.counter, log);
	return log;
}

function quota(rule: Rule, log: SlidingLog, now: number): Quota {
	return {rule, remaining: rule.count - log.within(now), freesInMs: log.freesIn(now)};
}
