import type {Counted} from '../verdict.ts';
import type {Counters} from './counters.ts';
import {findLog} from './find-log.ts';
import type {Receipt} from './receipt.ts';

/**
 * Gives a client back what was counted, if it is still there. The client stays where it is: a give-back is no
 * request.
 */
export function giveBack(
	client: string,
	{rule, cost}: Counted,
	{clients, at}: Receipt,
	counters: Counters,
	now: number,
): void {
	// An older time could be mistaken for another: the log keeps only the lower bits of each.
	const isInWindow = now - at < rule.window;
	if (isInWindow) {
		findLog(clients, client, counters.findOfRequests(rule))?.remove(at, cost);
	}
}
