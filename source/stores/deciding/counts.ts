import type {Rule, SettledBanRule} from '../rule.ts';
import type {Quota} from '../verdict.ts';

/** The reports and the requests that a store counts itself. */
export interface Counts {
	/** Counts reports of a client, unless there are enough of them for a ban. Returns how many there are then. */
	report(client: string, banRule: SettledBanRule, weight: number, now: number): number;

	/** How many reports of a client are in the window. Changes nothing. */
	reportsOf(client: string, banRule: SettledBanRule, now: number): number;

	/** Forgets a client's reports under a rule: they have begun a ban. */
	spendReports(client: string, banRule: SettledBanRule): void;

	/** Forgets all reports of a client. */
	forgetReports(client: string): void;

	/** The quotas of a client, or of a key. Changes nothing. */
	quotasOf(client: string, rules: readonly Rule[], now: number): readonly Quota[];
}
