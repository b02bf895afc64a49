import type {Inspection} from '../inspection.ts';
import type {Rule, SettledBanRule} from '../rule.ts';
import type {Bans} from './bans.ts';
import type {Counts} from './counts.ts';
import type {RangeBans} from './range-bans.ts';
import type {Strikes} from './strikes.ts';

/** What a store in memory keeps. */
interface Kept {
	readonly ranges: RangeBans;
	readonly bans: Bans;
	readonly strikes: Strikes;
	readonly counts: Counts;
}

/** How a client stands. Nothing is forgotten for it, and nobody is made recent. */
export function inspect(
	{ranges, bans, strikes, counts}: Kept,
	client: string,
	rules: readonly Rule[],
	banRule: SettledBanRule | undefined,
	now: number,
): Inspection {
	const ban = ranges.listed(client, now) ?? bans.listed(client, now);

	return {
		...(ban && {ban}),
		reports: ban || !banRule ? 0 : counts.reportsOf(client, banRule, now),
		strike: strikes.of(client, now),
		quotas: counts.quotasOf(client, rules, now),
	};
}
