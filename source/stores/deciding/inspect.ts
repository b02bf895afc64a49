import type {StoredBan} from '../ban-records.ts';
import type {Inspection} from '../inspection.ts';
import type {Rule, SettledBanRule} from '../rule.ts';
import type {Counts} from './counts.ts';
import type {Strikes} from './strikes.ts';

interface Known {
	/** The client's ban in force. */
	readonly ban: StoredBan | undefined;
	readonly strikes: Strikes;
	readonly counts: Counts;
}

/** How a client stands. Nothing is forgotten for it, and nobody is made recent. */
export function inspect(
	{ban, strikes, counts}: Known,
	client: string,
	rules: readonly Rule[],
	banRule: SettledBanRule | undefined,
	now: number,
): Inspection {
	return {
		...(ban && {ban}),
		reports: banRule ? counts.reportsOf(client, banRule, now) : 0,
		strike: strikes.of(client, now),
		quotas: counts.quotasOf(client, rules, now),
	};
}
