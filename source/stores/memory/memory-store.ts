import {check, isFunction, namedOptions} from '../../option-checks.ts';
import type {Rule, SettledBanRule} from '../../rules.ts';
import {warner} from '../../warnings.ts';
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
import {count, findFull, isNearLimit, quotaOf} from './counting.ts';
import {SteadyClock} from './steady-clock.ts';

export interface MemoryStoreOptions {
	/**
	 * Tells the time in milliseconds, from any origin. For tests: pass the time by hand, not by sleeping.
	 *
	 * @default performance.now, which never jumps
	 */
	readonly clock?: () => number;
	/**
	 * How many clients are remembered at most, from 4; and as many keys that a `specific` counts, in a room
	 * of their own. One half of a room is for those that have used half of a limit or more, the other for
	 * all others. When more come to a half within the longest window, those that have been quiet longest
	 * are forgotten and begin anew, and the last `maxClients / 4` different ones never are; who is refused
	 * or reported is not quiet. Bans are apart.
	 *
	 * @default 131,072
	 */
	readonly maxClients?: number;
	/**
	 * How many bans by reports are held at most, from 2, and as many by hand. When there are as many, the
	 * one that ends first gives way to a new one, and a warning says so.
	 *
	 * @default 100,000
	 */
	readonly maxBans?: number;
}

/** Of which a quarter are one generation: a Map of so many grows in steps that nobody notices. */
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
		check(isMaxFrom(4), maxClients, 'maxClients', 'a whole number from 4 to 16,777,216');
		check(isMaxFrom(2), maxBans, 'maxBans', 'a whole number from 2 to 16,777,216');
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
			const quotas = count(counters, now);
			if (isNearLimit(quotas)) {
				room.setNear(client);
			}

			return {kind: 'admitted', quotas};
		}

		if (options.late) {
			count(counters, now);
		}

		const quotas = full.map(counter => quotaOf(counter, now));
		room.setNear(client);
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

		if (2 * reports >= banRule.count) {
			this.#clients.setNear(client);
		}

		return {reports};
	}

	ban(client: string, {duration, reason}: {duration: number; reason?: string}): void {
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
		this.#beginBan(client, by, endsInMs, reason, this.#tick());
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

	/** What time it is; whatever has been quiet for too long is forgotten on the way. */
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
		if (this.#clients.turn(now, longestWindow)) {
			this.#bans.forgetEnded(now);
		}

		this.#keys.turn(now, longestWindow);
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
					'A MemoryStore holds as many bans as it may (maxBans): the one that would have ended first was ended for a new one',
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

function isMaxFrom(least: number): (given: unknown) => given is number {
	return (given): given is number =>
		Number.isInteger(given) && Number(given) >= least && Number(given) <= MOST_HELD;
}
