import {check, isFunction, namedOptions} from '../../checks/option-checks.ts';
import type {Rule, SettledBanRule} from '../../options/rules.ts';
import {warner} from '../../warnings.ts';
import {SteadyClock} from '../steady-clock.ts';
import {
	type AdmitOptions,
	admitted,
	type Banned,
	type NewBan,
	type Report,
	type ReportOutcome,
	type Store,
	type StoredBan,
	type Verdict,
} from '../store.ts';
import {Bans} from './bans.ts';
import {Clients} from './clients.ts';
import {Counters, isOfReports} from './counters.ts';
import {count, findFull, quotaOf} from './counting.ts';
import {levelOf} from './levels.ts';

export interface MemoryStoreOptions {
	/**
	 * Tells the time in milliseconds, from any origin. For tests: pass the time by hand, not by sleeping.
	 *
	 * @default performance.now, which never jumps
	 */
	readonly clock?: () => number;
	/**
	 * How many clients are remembered at most, from 6; and as many keys that a `specific` counts, apart from
	 * them. A third is for those with 8 counted requests or more under a rule, a third for those with a full
	 * rule: where there are too many of either, the first to come is forgotten, and begins anew. Of all
	 * others those that have been quiet longest are. Bans are apart.
	 *
	 * @default 131,072
	 */
	readonly maxClients?: number;
	/**
	 * How many bans by reports are held at most, from 2, and as many by hand. One more replaces the one that
	 * began first, and a warning says so.
	 *
	 * @default 100,000
	 */
	readonly maxBans?: number;
}

/** Of which a sixth are one generation: a Map of so many grows in steps that nobody notices. */
const DEFAULT_CLIENTS = 131_072;
const DEFAULT_BANS = 100_000;

/** Of a Map: it holds no more. */
const MOST_HELD = 2 ** 24;

/** Forgetting goes on in steps of at least this, however short the windows are. */
const SHORTEST_SPAN = 1000;

const noExceptions: AdmitOptions = {};

/**
 * Keeps everything in this process: exact to the millisecond, bounded, and gone with it. A client that
 * has been quiet for longer than every window is forgotten when the next one has passed; no timer runs.
 *
 * @example
 * let now = 0;
 * app.use(gatekeeper({rateLimitRule: [100, 60], store: new MemoryStore({clock: () => now})}));
 */
export class MemoryStore implements Store {
	readonly shared = false;
	readonly #clock: SteadyClock;
	readonly #clients: Clients;
	/** What is counted in place of clients: accounts, say. */
	readonly #keys: Clients;
	readonly #counters = new Counters(SHORTEST_SPAN);
	readonly #bans: Bans;
	readonly #warn = warner();
	#tickedAt = Number.NaN;

	/** @throws {TypeError} for a clock that tells no time, and for options unknown or out of bounds */
	constructor(options: MemoryStoreOptions = {}) {
		const names = ['clock', 'maxClients', 'maxBans'] as const;
		const {
			clock = () => performance.now(),
			maxClients = DEFAULT_CLIENTS,
			maxBans = DEFAULT_BANS,
		} = namedOptions(options, names, 'MemoryStore()');
		check(isFunction<() => unknown>, clock, 'clock', 'a function that returns milliseconds');
		const now = clock();
		check(isTime, now, 'clock', 'a function that returns milliseconds');
		check(isWholeFrom(6), maxClients, 'maxClients', 'a whole number from 6 to 16,777,216');
		check(isWholeFrom(2), maxBans, 'maxBans', 'a whole number from 2 to 16,777,216');
		this.#clock = new SteadyClock(clock as () => number, now);
		this.#clients = new Clients(maxClients);
		this.#keys = new Clients(maxClients);
		this.#bans = new Bans(maxBans);
	}

	/** Whole milliseconds by the store's clock; never less than it has told before. */
	clock(): number {
		return this.#clock.now();
	}

	admit(client: string, rules: readonly Rule[], options: AdmitOptions = noExceptions): Verdict {
		const counters = this.#counters.ofRequests(rules);
		const now = this.#tick();
		const banned = options.immune ? undefined : this.#banned(client, now);
		if (banned !== undefined) {
			return banned;
		}

		if (counters.length === 0) {
			return admitted;
		}

		const room = options.requester === undefined ? this.#clients : this.#keys;
		const full = findFull(room, client, counters, now);
		if (full === undefined) {
			if (options.peek) {
				return admitted;
			}

			const quotas = count(counters, now);
			room.raise(client, levelOf(quotas));
			return {kind: 'admitted', quotas};
		}

		if (options.late && !options.peek) {
			count(counters, now);
		}

		const quotas = full.map(counter => quotaOf(counter, now));
		room.raise(client, levelOf(quotas));
		return {kind: 'limited', quotas};
	}

	report(client: string, banRule: SettledBanRule, {weight, reason}: Report): ReportOutcome {
		const counter = this.#counters.ofReports(banRule);
		const now = this.#tick();
		const banned = this.#banned(client, now);
		if (banned) {
			return {reports: 0, banEndsInMs: banned.endsInMs};
		}

		findFull(this.#clients, client, [counter], now);
		const {log} = counter;
		const reports = log.within(banRule.window, now) + weight;
		if (reports >= banRule.count) {
			this.#spendReports(client);
			this.#beginBan(client, 'reports', banRule.duration, reason, now);
			return {reports, banEndsInMs: banRule.duration};
		}

		for (let counted = 0; counted < weight; counted += 1) {
			log.add(banRule.count, now);
		}

		return {reports};
	}

	ban(client: string, {duration, reason}: NewBan): void {
		const now = this.#tick();
		this.#spendReports(client);
		this.#beginBan(client, 'hand', duration, reason, now);
	}

	/**
	 * Takes over a ban that another store has told of.
	 *
	 * @internal
	 */
	learnBan(client: string, by: StoredBan['by'], endsInMs: number, reason?: string): void {
		// Without a warning: not this store is full, but the other one has more.
		const now = this.#tick();
		this.#bans.begin(client, by, reason, now + endsInMs, now);
	}

	/**
	 * Ends a ban, as another store has told, and leaves the reports alone.
	 *
	 * @internal
	 */
	endBan(client: string): void {
		this.#bans.end(client);
	}

	unban(client: string): void {
		this.#bans.end(client);
		this.#spendReports(client);
	}

	reset(client: string): void {
		this.#clients.delete(client);
		this.#keys.delete(client);
	}

	bans(): Iterable<readonly StoredBan[]> {
		return this.#bans.list(() => this.clock());
	}

	close(): void {
		this.#clients.clear();
		this.#keys.clear();
		this.#bans.clear();
	}

	/** What time it is. What has been quiet for too long, or has ended, is forgotten on the way. */
	#tick(): number {
		const now = this.#clock.now();
		if (now !== this.#tickedAt) {
			this.#tickedAt = now;
			this.#forgetQuiet(now);
		}

		return now;
	}

	#forgetQuiet(now: number): void {
		const {longestWindow} = this.#counters;
		this.#clients.forgetQuiet(now, longestWindow);
		this.#keys.forgetQuiet(now, longestWindow);
		this.#bans.removeEnded(now);
	}

	#beginBan(
		client: string,
		by: StoredBan['by'],
		duration: number,
		reason: string | undefined,
		now: number,
	): void {
		if (this.#bans.begin(client, by, reason, now + duration, now)) {
			this.#warn(
				'GATEKEEPER_BANS_FULL',
				() =>
					'A MemoryStore holds as many bans as it may (maxBans): a new one replaced the one that began first',
			);
		}
	}

	/** Who is refused by a ban is not quiet. */
	#banned(client: string, now: number): Banned | undefined {
		const ban = this.#bans.find(client, now);
		if (ban !== undefined) {
			this.#clients.touch(client);
		}

		return ban;
	}

	/** Reports are spent by the ban that they lead to, and by one by hand. */
	#spendReports(client: string): void {
		const first = this.#clients.find(client);
		this.#clients.logs.clearThose(first, isOfReports);
	}
}

function isTime(given: unknown): given is number {
	return Number.isFinite(given);
}

function isWholeFrom(least: number): (given: unknown) => given is number {
	return (given): given is number =>
		Number.isInteger(given) && Number(given) >= least && Number(given) <= MOST_HELD;
}
