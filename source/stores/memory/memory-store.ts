import {warner} from '../../warnings.ts';
import type {Rule, SettledBanRule} from '../rule.ts';
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
import {Bans, type BanTerms} from './bans.ts';
import {Clients} from './clients.ts';
import {Counters, isOfReports} from './counters.ts';
import {count, fullOf, openLogs, quotaOf} from './counting.ts';
import {levelOf} from './levels.ts';
import {type MemoryStoreOptions, settleMemoryOptions} from './options.ts';

/** Milliseconds. Clients are forgotten in steps of at least this, however short the windows are. */
const MIN_SPAN = 1000;

/**
 * Keeps everything in this process: exact to the millisecond, bounded, and gone when the process ends. A
 * client that has been quiet for longer than every window is forgotten after one more. No timer runs.
 *
 * @example
 * let now = 0;
 * app.use(gatekeeper({rateLimitRule: [100, 60], store: new MemoryStore({clock: () => now})}));
 */
export class MemoryStore implements Store {
	readonly shared = false;
	readonly #clock: SteadyClock;
	readonly #clients: Clients;
	/** What a `specific` with a `key` counts in place of clients, such as accounts. */
	readonly #keys: Clients;
	readonly #counters = new Counters(MIN_SPAN);
	readonly #bans: Bans;
	readonly #warn = warner();
	#tickedAt = Number.NaN;

	/** @throws {TypeError} for a clock that returns no time, and for options that are unknown or out of bounds */
	constructor(options: MemoryStoreOptions = {}) {
		const {clock, maxClients, maxBans} = settleMemoryOptions(options);
		this.#clock = new SteadyClock(clock);
		this.#clients = new Clients(maxClients);
		this.#keys = new Clients(maxClients);
		this.#bans = new Bans(maxBans);
	}

	/** @internal Whether a store is a MemoryStore that is neither extended nor wrapped. */
	static isPlain(store: Store): store is MemoryStore {
		const isPlain = Object.getPrototypeOf(store) === MemoryStore.prototype;

		return isPlain && #clock in store && Reflect.ownKeys(store).length === 1;
	}

	/** The time in whole milliseconds by the store's clock. It never goes back. */
	clock(): number {
		return this.#clock.now();
	}

	admit(client: string, rules: readonly Rule[], options: AdmitOptions): Verdict {
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
		openLogs(room, client, counters);
		const full = fullOf(counters, now);
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

		openLogs(this.#clients, client, [counter]);
		const {log} = counter;
		const reports = log.within(banRule.window, now) + weight;
		if (reports >= banRule.count) {
			this.#spendReports(client);
			this.#beginBan(client, 'reports', {duration: banRule.duration, reason}, now);
			return {reports, banEndsInMs: banRule.duration};
		}

		for (let counted = 0; counted < weight; counted += 1) {
			log.add(banRule.count, now);
		}

		return {reports};
	}

	ban(client: string, ban: NewBan): void {
		const now = this.#tick();
		this.#spendReports(client);
		this.#beginBan(client, 'hand', ban, now);
	}

	/** @internal Takes over a ban from another store. */
	learnBan(client: string, by: StoredBan['by'], ban: BanTerms): void {
		// No warning if it replaces another: this store is not full, the other one just holds more.
		this.#bans.begin(client, by, ban, this.#tick());
	}

	/** @internal Ends a ban that another store no longer has. The client's reports stay. */
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

	/** Returns the time. Forgets clients that have been quiet for too long, and bans that have ended. */
	#tick(): number {
		const now = this.#clock.now();
		if (now !== this.#tickedAt) {
			const {longestWindow} = this.#counters;
			this.#tickedAt = now;
			this.#clients.forgetQuiet(now, longestWindow);
			this.#keys.forgetQuiet(now, longestWindow);
			this.#bans.removeEnded(now);
		}

		return now;
	}

	#beginBan(client: string, by: StoredBan['by'], ban: BanTerms, now: number): void {
		if (this.#bans.begin(client, by, ban, now)) {
			this.#warn('GATEKEEPER_BANS_FULL');
		}
	}

	/** A client that a ban refuses is not quiet: its logs stay. */
	#banned(client: string, now: number): Banned | undefined {
		const ban = this.#bans.find(client, now);
		if (ban !== undefined) {
			this.#clients.touch(client);
		}

		return ban;
	}

	/** A ban uses up the client's reports, whether they led to it or an operator did. */
	#spendReports(client: string): void {
		const first = this.#clients.find(client);
		this.#clients.logs.clearThose(first, isOfReports);
	}
}
