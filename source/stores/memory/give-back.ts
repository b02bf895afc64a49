import type {Counted} from '../verdict.ts';
import type {Counters} from './counters.ts';
import type {Receipt} from './receipt.ts';
import {SlidingLog} from './sliding-log.ts';

const log = new SlidingLog();

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
	const found = clients.peek(client);
	const number = counters.findOfRequests(rule);
	// An older time could be mistaken for another: the log keeps only the lower bits of each.
	const isInWindow = now - at < rule.window;
	if (
		isInWindow &&
		found !== undefined &&
		number !== undefined &&
		log.find(found.logs, found.first, number)
	) {
		log.remove(at, cost);
	}
}
