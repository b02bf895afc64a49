import type {Counter} from './counting.ts';

/** How many requests are many: no more are counted. */
export const MANY = 8;

/** 0: new. 1: with a full rule. 2: with many requests. */
export type Level = 0 | 1 | 2;

/** What a level depends on, under one rule. */
type Counted = Pick<Counter, 'rule'> & {readonly log: Pick<Counter['log'], 'length' | 'requests'>};

/**
 * The level that a client has earned by a request: only others on the same level can push it out. Clients with
 * a full rule are apart from those with many requests, since one request may fill a rule. Reports earn no
 * level, since one request can make many.
 */
export function levelOf(counters: readonly Counted[]): Level {
	let level: Level = 0;
	for (let index = 0; index < counters.length; index += 1) {
		const {log, rule} = counters[index] as Counted;
		if (log.requests >= MANY) {
			return 2;
		}

		if (log.length >= rule.count) {
			level = 1;
		}
	}

	return level;
}
