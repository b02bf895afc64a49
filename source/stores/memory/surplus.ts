import type {ClientLogs} from './client-logs.ts';
import {type Counter, isOfReports} from './counters.ts';

/** The most logs of a client, unless one request alone is counted under more rules. */
const MAX_LOGS = 1000;

/** Whether a log of a counter is over, by the time of its last event. */
export type IsOver = (counter: number, last: number) => boolean;

/**
 * Makes room for the logs that a client lacks for some counters, if there would be too many. An app can make new
 * rules for each request without end, and a client may be able to bring that about. Ends the logs that are over, and
 * if that is not enough, those of the rules that became known last: the rules that an app is made with stay, and
 * reports always do.
 *
 * @returns the client's first log
 */
export function endSurplus(
	logs: ClientLogs,
	first: number,
	counters: readonly Counter[],
	isOver: IsOver,
): number {
	const most = MAX_LOGS - counters.length;
	if (logs.numberOf(first) <= most) {
		return first;
	}

	const needed = new Set(counters.map(({number}) => number));
	const mayEnd = (counter: number) => !(needed.has(counter) || isOfReports(counter));
	const live: number[] = [];
	const left = logs.endThose(first, ({counter, length, last}) => {
		if (!mayEnd(counter)) {
			return false;
		}

		const isEnding = length === 0 || isOver(counter, last);
		if (!isEnding) {
			live.push(counter);
		}

		return isEnding;
	});

	const surplus = live.length - most;
	const newest = new Set(live.toSorted((one, other) => other - one).slice(0, Math.max(0, surplus)));
	return logs.endThose(left, ({counter}) => newest.has(counter));
}
