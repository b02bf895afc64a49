import {check, isFunction, namedOptions} from '../../option-checks.ts';
import type {Rule, SettledBanRule} from '../../rules.ts';
import {
	type AdmitOptions,
	admitted,
	type Banned,
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
import {SteadyClock} from './steady-clock.ts';

export interface MemoryStoreOptions {
	/**
	 * Tells the time in milliseconds, from any origin. For tests: pass the time by hand, not by sleeping.
	 *
	 * @default performance.now, which never jumps
	 */
	readonly clock?: () => number;
	/**
	 * How many clients are remembered at most. When more come within the longest window, the half that has
	 * been quiet longest is forgotten and begins anew; whoever is refused or reported is not quiet, and
	 * bans are apart. So the last `maxClients / 2` different ones are always remembered.
	 *
	 * @default 131,072
	 */
	readonly maxClients?: number;
	/**
	 * How many bans are held at most. When there are as many, `ban()` throws, and reports that would
	 * lead to a ban do not: their standing says so.
	 *
	 * @default 100,000
	 */
	readonly maxBans?: number;
}

/** Of which half are one generation: a Map of so many grows in steps that nobody notices. */
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
	readonly #counters = new Counters(SHORTEST_SPAN);
	readonly #bans: Bans;

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
		check(isMost, maxClients, 'maxClients', 'a whole number from 2 to 16,777,216');
		check(isMost, maxBans, 'maxBans', 'a whole number from 2 to 16,777,216');
		this.#clock = new SteadyClock(clock as () => number, now);
		this.#clients = new Clients(maxClients);
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

		const full = findFull(this.#clients, client, counters, now);
		if (full === undefined) {
			return {kind: 'admitted', quotas: count(counters, now)};
		}

		if (options.late) {
			count(counters, now);
		}

		return {kind: 'limited', quotas: full.map(counter => quotaOf(counter, now))};
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
		const isEnough = reports >= banRule.count;
		if (isEnough && this.#bans.hasRoomFor(client, now)) {
			this.#spendReports(client);
			this.#bans.begin(client, 'reports', reason, now + banRule.duration);
			return {reports, banEndsInMs: banRule.duration};
		}

		for (let counted = 0; counted < Math.min(weight, banRule.count); counted += 1) {
			log.add(banRule.count, now);
		}

		return isEnough ? {reports, noRoom: true} : {reports};
	}

	ban(client: string, {duration, reason}: {duration: number; reason?: string}): void {
		const now = this.#tick();
		if (!this.#bans.hasRoomFor(client, now)) {
			this.#bans.forgetEnded(now);
		}

		if (!this.#bans.hasRoomFor(client, now)) {
			throw new RangeError(
				`MemoryStore holds as many bans as it may: ${this.#bans.most} (maxBans)`,
			);
		}

		this.#spendReports(client);
		this.#bans.begin(client, 'hand', reason, now + duration);
	}

	/**
	 * Takes over a ban that another store has told of, if there is room for one more.
	 *
	 * @internal
	 */
	learnBan(client: string, by: StoredBan['by'], endsInMs: number, reason?: string): void {
		const now = this.#tick();
		if (this.#bans.hasRoomFor(client, now)) {
			this.#bans.begin(client, by, reason, now + endsInMs);
		}
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
	}

	bans(): Iterable<StoredBan> {
		return this.#bans.list(() => this.clock());
	}

	close(): void {
		this.#clients.clear();
		this.#bans.clear();
	}

	/** What time it is; whatever has been quiet for too long is forgotten on the way. */
	#tick(): number {
		const now = this.#clock.now();
		if (this.#clients.turn(now, this.#counters.longestWindow)) {
			this.#bans.forgetEnded(now);
		}

		return now;
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

function isMost(given: unknown): given is number {
	return Number.isInteger(given) && Number(given) >= 2 && Number(given) <= MOST_HELD;
}
