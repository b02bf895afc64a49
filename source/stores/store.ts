import type {AskOptions} from './ask-options.ts';
import type {
	BanOutcome,
	NewBan,
	RangeBan,
	Report,
	ReportOutcome,
	StoredBan,
} from './ban-records.ts';
import type {Inspection} from './inspection.ts';
import type {Rule, SettledBanRule} from './rule.ts';
import type {AdmitOptions, Counted, Verdict} from './verdict.ts';

/**
 * Where requests, reports and bans are kept. Every decision is one atomic step by the store's own clock. All
 * times are milliseconds. `client` is a canonical key: a well-formed string, not empty.
 *
 * A method that throws, rejects, returns nonsense or does not settle within `storeTimeout` has failed. Then
 * the gate's `onStoreError` decides, and `asking.signal` is aborted: a store that keeps questions until it is
 * connected must drop this one.
 *
 * Every store must pass the suite in the repository's `tests/stores/contract.ts`. Read it for the promises in
 * full.
 */
export interface Store {
	/** Whether other processes use the same counters. */
	readonly shared: boolean;

	/**
	 * The time in this process, in milliseconds from any origin. The gate uses it while the store fails, and to
	 * time suspensions.
	 *
	 * @default performance.now, for a store without a clock
	 */
	clock?(): number;

	/**
	 * May this client come in under all of these rules? If no rule is full and no ban is in force, counts the
	 * request under each rule. Otherwise counts it under none. Without rules, only a ban matters. A rule is full if
	 * what the request costs does not fit.
	 */
	admit(
		client: string,
		rules: readonly Rule[],
		options: AdmitOptions,
		asking?: AskOptions,
	): Verdict | Promise<Verdict>;

	/**
	 * The verdict that a store which others share remembers in this process, if any. The gate calls this first, and
	 * `admit` only if it returns undefined. It says nothing of whether the server works.
	 */
	recall?(client: string, rules: readonly Rule[], options: AdmitOptions): Verdict | undefined;

	/**
	 * A gate has refused a request of this client, perhaps by a rule that this store does not know. While requests of a
	 * client are refused, a store may believe for a second that the client is not banned, so that each of them need not
	 * ask a server. This asks none, and what it returns is ignored.
	 */
	noteRefused?(client: string): void;

	/**
	 * Names the part of the store that a client is on, if its parts can fail on their own, such as the servers of
	 * a cluster. While a part fails, clients on the others are decided as before.
	 *
	 * @default one part
	 */
	partOf?(client: string): string;

	/**
	 * Names the slot of its part that a client is on, if slots can fail on their own, such as a hash slot of a
	 * cluster while it is moved to another server. Failures about a few slots do not count against the others.
	 *
	 * @default one slot
	 */
	slotOf?(client: string): string | number;

	/**
	 * Gives back what was counted for a request, as though it had never been. Does nothing about what is no longer
	 * there, what is from before a reset of the client, and what has a `receipt` that it cannot read.
	 */
	giveBack(client: string, counted: readonly Counted[], asking?: AskOptions): void | Promise<void>;

	/**
	 * Counts `weight` reports of a client. Bans the client once there are `banRule.count` of them within
	 * `banRule.window`, and deletes its reports under that rule. Counts nothing during a ban by reports or by an operator,
	 * even where a trap's ban ends later. During a trap's ban alone, reports count. A ban that then begins leaves the
	 * trap's as it is if that ends later.
	 *
	 * Under `banRule.forgetAfter`, the client's bans are remembered until so long after the end of the last one:
	 * the first lasts the first duration, the next one the second, and so on.
	 */
	report(
		client: string,
		banRule: SettledBanRule,
		report: Report,
		asking?: AskOptions,
	): ReportOutcome | Promise<ReportOutcome>;

	/** Bans a client by hand, in place of any ban that it has, and deletes its reports, unless `ban` says otherwise. */
	ban(client: string, ban: NewBan, asking?: AskOptions): BanOutcome | Promise<BanOutcome>;

	/** Ends a client's ban, deletes its reports, and forgets its earlier bans. */
	unban(client: string, asking?: AskOptions): void | Promise<void>;

	/** Deletes a client's counted requests and its reports. A ban stays, and earlier bans are still remembered. */
	reset(client: string, asking?: AskOptions): void | Promise<void>;

	/**
	 * How a client stands, or a key that a `specific` counts. This counts nothing and changes nothing: a client that is
	 * unknown stays so, and one that is known is not remembered longer. The quotas are told during a ban, too. A store
	 * need not look for the ban of a range: the gate does.
	 *
	 * @param rules whose quotas are wanted: none, or some hundreds
	 * @param banRule whose reports are wanted, if there is one
	 */
	inspect(
		client: string,
		rules: readonly Rule[],
		banRule: SettledBanRule | undefined,
		asking?: AskOptions,
	): Inspection | Promise<Inspection>;

	/**
	 * The bans in force, page by page. Other work runs between two pages, and each page must come in time. A
	 * page may be empty.
	 */
	bans(): Iterable<readonly StoredBan[]> | AsyncIterable<readonly StoredBan[]>;

	/**
	 * Keeps a ban of a range of addresses, in place of any ban of the same range. Gates apply it to the clients in the
	 * range, before any ban of their own: they read `ranges()` once a second.
	 *
	 * @param range a CIDR in its canonical form: `'203.0.113.0/24'`, `'2001:db8::/32'`
	 * @throws {Error} (or a rejection) if it would be more than 1,000 ranges
	 */
	banRange(range: string, ban: RangeBan, asking?: AskOptions): void | Promise<void>;

	/** Ends the ban of exactly this range. */
	unbanRange(range: string, asking?: AskOptions): void | Promise<void>;

	/** The bans of ranges that are in force. `client` is the range, and `by` is `'hand'`. */
	ranges(asking?: AskOptions): readonly StoredBan[] | Promise<readonly StoredBan[]>;

	/**
	 * A store of the same kind that shares nothing with this one, for gates under `dryRun`. It is where this one is: on the
	 * same server, in the same file or in this process. It is the same one for every call, and for every process that
	 * shares this store.
	 */
	sibling(): Store;

	/** Releases what the store itself holds, but never a client that it was given. */
	close(): void | Promise<void>;
}
