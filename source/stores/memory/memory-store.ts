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
import {Bans} from './bans.ts';
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
	readonly #bans = new Bans();
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
		const ban = options.immune ? undefined : this.#bans.find(client, now);
		if (ban) {
			const {client: _, ...banned} = ban;
			return {kind: 'banned', ...banned};
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
		const ban = this.#bans.find(client, now);
		if (ban) {
			return {reports: 0, banEndsInMs: ban.endsInMs};
		}

		const {reports} = this.#record(client);
		const log = logOf(reports, banRule);
		const total = log.within(now) + weight;
		if (total >= banRule.count) {
			this.#beginBan(client, 'reports', reason, now + banRule.duration);
			return {reports: total, banEndsInMs: banRule.duration};
		}

		for (let counted = 0; counted < weight; counted += 1) {
			log.add(now);
		}

		return {reports: total};
	}

	ban(client: string, {duration, reason}: {duration: number; reason?: string}): void {
		const now = this.#tick([]);
		this.#beginBan(client, 'hand', reason, now + duration);
	}

	unban(client: string): void {
		this.#bans.end(client);
		this.#clients.get(client)?.reports.clear();
	}

	reset(client: string): void {
		this.#clients.delete(client);
	}

	bans(): Iterable<StoredBan> {
		return this.#bans.list(() => this.clock());
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
			this.#bans.forgetEnded(now);
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

	/** Reports are spent by the ban that they lead to, and by one by hand. */
	#beginBan(client: string, by: StoredBan['by'], reason: string | undefined, until: number): void {
		this.#bans.begin(client, by, reason, until);
		this.#clients.get(client)?.reports.clear();
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
