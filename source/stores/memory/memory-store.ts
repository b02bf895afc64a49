import {ExpiringMap} from '../../collections/expiring-map.ts';
import {warner} from '../../warnings.ts';
import type {
	BanOutcome,
	NewBan,
	RangeBan,
	Report,
	ReportOutcome,
	StoredBan,
} from '../ban-records.ts';
import type {BanOrigin, BanTerms} from '../deciding/bans.ts';
import {ClientBans} from '../deciding/client-bans.ts';
import {inspect} from '../deciding/inspect.ts';
import {Strikes} from '../deciding/strikes.ts';
import type {Inspection} from '../inspection.ts';
import type {Rule, SettledBanRule} from '../rule.ts';
import {SteadyClock} from '../steady-clock.ts';
import type {Store} from '../store.ts';
import {type AdmitOptions, admitted, type Banned, type Counted, type Verdict} from '../verdict.ts';
import {MemoryBans} from './bans.ts';
import {MemoryCounts} from './counts.ts';
import {type MemoryStoreOptions, settleMemoryOptions} from './options.ts';
import {RangeBans} from './range-bans.ts';

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
	readonly #options: MemoryStoreOptions;
	readonly #clock: SteadyClock;
	readonly #counts: MemoryCounts;
	readonly #bans: MemoryBans;
	readonly #strikesHeld: ExpiringMap<number>;
	readonly #strikes: Strikes;
	readonly #clientBans: ClientBans;
	readonly #ranges = new RangeBans();
	#sibling: MemoryStore | undefined;
	#tickedAt = Number.NaN;

	/** @throws {TypeError} for a clock that returns no time, and for options that are unknown or out of bounds */
	constructor(options: MemoryStoreOptions = {}) {
		const {clock, maxClients, maxBans} = settleMemoryOptions(options);
		this.#options = {clock, maxClients, maxBans};
		this.#clock = new SteadyClock(clock);
		this.#counts = new MemoryCounts(maxClients);
		this.#bans = new MemoryBans(maxBans);
		this.#strikesHeld = new ExpiringMap(maxBans);
		this.#strikes = new Strikes(this.#strikesHeld);
		const [counts, bans, strikes, warn] = [this.#counts, this.#bans, this.#strikes, warner()];
		const onFull = () => warn('GATEKEEPER_BANS_FULL');
		this.#clientBans = new ClientBans({counts, bans, strikes, onFull});
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
		const now = this.#tick();
		const banned = options.immune ? undefined : this.#banned(client, now);
		if (banned !== undefined) {
			return banned;
		}

		return rules.length === 0 ? admitted : this.#counts.admit(client, rules, options, now);
	}

	giveBack(client: string, counted: readonly Counted[]): void {
		this.#counts.giveBack(client, counted, this.#tick());
	}

	report(client: string, banRule: SettledBanRule, report: Report): ReportOutcome {
		const now = this.#tick();
		const range = this.#ranges.find(client, now);
		return range
			? {reports: 0, banEndsInMs: range.endsInMs}
			: this.#clientBans.report(client, banRule, report, now);
	}

	ban(client: string, ban: NewBan): BanOutcome {
		return this.#clientBans.ban(client, ban, this.#tick());
	}

	/** @internal The client's own ban, whatever range it is in. */
	clientBan(client: string): Banned | undefined {
		return this.#bans.find(client, this.#tick());
	}

	/** @internal Takes over a ban from another store. */
	learnBan(client: string, origin: BanOrigin, ban: BanTerms): void {
		// No warning if it replaces another: this store is not full, the other one just holds more.
		this.#bans.begin(client, origin, ban, this.#tick());
	}

	/** @internal Ends a ban that another store no longer has. The client's reports stay. */
	endBan(client: string): void {
		this.#bans.end(client);
	}

	unban(client: string): void {
		this.#clientBans.unban(client);
	}

	banRange(range: string, ban: RangeBan): void {
		this.#ranges.begin(range, ban, this.#tick());
	}

	unbanRange(range: string): void {
		this.#ranges.end(range);
	}

	ranges(): readonly StoredBan[] {
		return this.#ranges.list(this.#tick());
	}

	/** @internal Takes over a ban that is in force in another store. */
	learnBanInForce(client: string, origin: BanOrigin, ban: BanTerms): void {
		this.#bans.beginInForce(client, origin, ban, this.#tick());
	}

	/** @internal The ban of a range that a client is in, if any. */
	rangeBan(client: string): Banned | undefined {
		return this.#ranges.find(client, this.#tick());
	}

	/** @internal Takes over the bans of ranges from another store, in place of all that are here. */
	learnRanges(bans: readonly StoredBan[]): void {
		this.#ranges.replaceAll(bans, this.#tick());
	}

	sibling(): MemoryStore {
		this.#sibling ??= new MemoryStore(this.#options);
		return this.#sibling;
	}

	reset(client: string): void {
		this.#counts.reset(client);
	}

	inspect(client: string, rules: readonly Rule[], banRule: SettledBanRule | undefined): Inspection {
		const now = this.clock();
		const ban = this.#ranges.listed(client, now) ?? this.#bans.listed(client, now);
		const known = {ban, strikes: this.#strikes, counts: this.#counts};
		return inspect(known, client, rules, banRule, now);
	}

	bans(): Iterable<readonly StoredBan[]> {
		return this.#bans.list(() => this.clock());
	}

	close(): void {
		this.#counts.clear();
		this.#bans.clear();
		this.#strikesHeld.clear();
		this.#ranges.clear();
	}

	/** Returns the time. Forgets what is too old to matter. */
	#tick(): number {
		const now = this.#clock.now();
		if (now !== this.#tickedAt) {
			this.#tickedAt = now;
			this.#counts.forgetQuiet(now);
			this.#bans.removeEnded(now);
			this.#strikesHeld.removeExpired(now);
		}

		return now;
	}

	#banned(client: string, now: number): Banned | undefined {
		const ban = this.#ranges.find(client, now) ?? this.#bans.find(client, now);
		if (ban !== undefined) {
			this.#counts.touch(client);
		}

		return ban;
	}
}
