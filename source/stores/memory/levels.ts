import type {Quota} from '../store.ts';

/** What it takes to be of a level: so many counted requests, or reports, under one rule. */
const MIDDLE = 4;
const HIGH = 16;

export const LEVELS = 3;

/**
 * How much would be lost with what is remembered of a client: to push it out takes thousands of others
 * that have sent about as many requests. Who is near a limit is none of the first to go.
 */
export function levelOfUse(used: number, count: number): number {
	if (used >= HIGH) {
		return 2;
	}

	return used >= MIDDLE || 2 * used >= count ? 1 : 0;
}

/** The highest level under any of these rules. */
export function levelOf(quotas: readonly Quota[]): number {
	let level = 0;
	for (let index = 0; index < quotas.length; index += 1) {
		const {rule, remaining} = quotas[index] as Quota;
		level = Math.max(level, levelOfUse(rule.count - remaining, rule.count));
	}

	return level;
}
