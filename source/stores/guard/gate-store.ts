import type {MaybePromise} from '../../maybe-promise.ts';
import type {
	BanOutcome,
	NewBan,
	RangeBan,
	Report,
	ReportOutcome,
	StoredBan,
} from '../ban-records.ts';
import type {Inspection} from '../inspection.ts';
import type {Rule, SettledBanRule} from '../rule.ts';
import type {Store} from '../store.ts';
import type {AdmitOptions, Banned, Counted} from '../verdict.ts';
import type {GuardedVerdict} from './failure-policy.ts';

/** A store as a gate uses it: decisions that never fail, and commands that reject. */
export interface GateStore {
	/** The store itself. Two gates with the same one share their counters. */
	readonly source: Store;
	/** Whether other processes use the same counters. */
	readonly shared: boolean;
	/** The time in this process, in milliseconds from any origin. It never goes back. */
	now(): number;

	/** Decides about a request. Never throws or rejects. */
	admit(
		client: string,
		rules: readonly Rule[],
		options: AdmitOptions,
	): MaybePromise<GuardedVerdict>;

	/** A gate has refused a request of this client, perhaps by a rule that this store does not know. Never throws. */
	noteRefused(client: string): void;

	/** The ban of a client, if it is known in this process. */
	knownBan(client: string): Banned | undefined;

	/**
	 * Gives back what was counted for a request. Nobody waits for it, and it never throws.
	 *
	 * @param requester takes turns with others; the client by default
	 */
	giveBack(client: string, counted: readonly Counted[], requester?: string): void;

	/** Bans a client by hand. If the store fails, the ban holds in this process. Never rejects. */
	ban(client: string, ban: NewBan): Promise<BanOutcome>;

	/** Counts a report. Never throws or rejects. */
	report(client: string, banRule: SettledBanRule, report: Report): MaybePromise<ReportOutcome>;

	/** What an operator does. */
	readonly commands: Commands;
}

/**
 * Each rejects if the store fails. `ban`, `unban` and `reset` also apply to this process's fallback, even if
 * they reject.
 */
export interface Commands {
	ban(client: string, ban: NewBan): Promise<BanOutcome>;
	unban(client: string): Promise<void>;
	reset(client: string): Promise<void>;
	report(client: string, banRule: SettledBanRule, report: Report): Promise<ReportOutcome>;
	/**
	 * How a client stands, or a key that a `specific` counts. Changes nothing. A ban of a range comes before one that the
	 * store has not taken, and that before the store's own.
	 */
	inspect(
		client: string,
		rules: readonly Rule[],
		banRule: SettledBanRule | undefined,
	): Promise<Inspection>;
	banRange(range: string, ban: RangeBan): Promise<void>;
	unbanRange(range: string): Promise<void>;
	/** The bans of ranges in force. */
	ranges(): Promise<readonly StoredBan[]>;
	/** The bans in force, page by page. */
	bans(): Iterable<readonly StoredBan[]> | AsyncIterable<readonly StoredBan[]>;
	close(): Promise<void>;
}
