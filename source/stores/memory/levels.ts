import type {Quota} from '../store.ts';

/**
 * How many counted requests under one rule it takes to be of a level above the lowest. Reports earn none:
 * one request can make many.
 */
const FROM = [4, 16] as const;

export const LEVELS = FROM.length + 1;

/**
 * How much would be lost with what is remembered of a client. To push it out takes thousands of others
 * that have earned the same level, whatever share of their limits that is.
 */
export function levelOfUse(used: number): number {
	return used >= FROM[1] ? 2 : used >= FROM[0] ? 1 : 0;
}

/** The highest level under any of these rules. */
export function levelOf(quotas: readonly Quota[]): number {
	let used = 0;
	for (let index = 0; index < quotas.length; index += 1) {
		const {rule, remaining} = quotas[index] as Quota;
		used = Math.max(used, rule.count - remaining);
	}

	return levelOfUse(used);
}
