import type {Quota} from '../verdict.ts';

/** How many counted requests under one rule put a client on the highest level. */
export const MANY = 8;

/** 0: new. 1: with a full rule. 2: with many requests. */
export type Level = 0 | 1 | 2;

/**
 * The level that a client has earned by a request: only others on the same level can push it out. Clients with
 * a full rule are apart from those with many requests, since one request may fill a rule. Reports earn no
 * level, since one request can make many.
 *
 * @param isMany whether as much as this was counted for many requests, under the rule at an index
 */
export function levelOf(quotas: readonly Quota[], isMany: (index: number) => boolean): Level {
	let level: Level = 0;
	for (let index = 0; index < quotas.length; index += 1) {
		const {rule, remaining} = quotas[index] as Quota;
		if (rule.count - remaining >= MANY && isMany(index)) {
			return 2;
		}

		if (remaining === 0) {
			level = 1;
		}
	}

	return level;
}
