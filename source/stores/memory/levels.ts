import type {Quota} from '../store.ts';

/** How many counted requests under one rule it takes to be of the highest level. */
const MANY = 8;

/** New; with a full rule; with many requests. */
export type Level = 0 | 1 | 2;

/**
 * What it takes to push a client out: others of the same level. Those with a full rule are apart from the
 * new ones, and from those with many requests too, since one request may fill a rule. Reports earn no
 * level: one request can make many.
 */
export function levelOf(quotas: readonly Quota[]): Level {
	let level: Level = 0;
	for (let index = 0; index < quotas.length; index += 1) {
		const {rule, remaining} = quotas[index] as Quota;
		if (rule.count - remaining >= MANY) {
			return 2;
		}

		if (remaining === 0) {
			level = 1;
		}
	}

	return level;
}
