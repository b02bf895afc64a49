import type {MaybePromise} from '../../maybe-promise.ts';
import type {Rule, SettledBanRule} from '../rule.ts';
import type {AdmitOptions, NewBan, Report, ReportOutcome, Store, StoredBan} from '../store.ts';
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
	ban(client: string, ban: NewBan): Promise<void>;
	unban(client: string): Promise<void>;
	reset(client: string): Promise<void>;
	report(client: string, banRule: SettledBanRule, report: Report): Promise<ReportOutcome>;
	/** The bans in force, page by page. */
	bans(): Iterable<readonly StoredBan[]> | AsyncIterable<readonly StoredBan[]>;
	close(): Promise<void>;
}
