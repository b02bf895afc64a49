import type {ClientLogs} from './client-logs.ts';
import type {Counter, Counters} from './counters.ts';

/** The most logs of a client, besides those that its reports and an app's own rules need. */
const MAX_LOGS = 1000;

/**
 * Makes room for the logs that a client lacks for some counters, if there would be too many. An app can make new
 * rules for each request without end, and a client may be able to bring that about. Ends the logs of such rules: those
 * that are over, and if that is not enough, the quietest ones.
 *
 * @returns the client's first log
 */
export function endSurplus(
	logs: ClientLogs,
	first: number,
	needed: readonly Counter[],
	counters: Pick<Counters, 'isKept' | 'isOver'>,
	now: number,
): number {
	const most = MAX_LOGS - needed.length;
	if (logs.numberOf(first) <= most) {
		return first;
	}

	const own = new Set(needed.map(({number}) => number));
	const mayEnd = (counter: number) => !(own.has(counter) || counters.isKept(counter));
	const lasts: number[] = [];
	const left = logs.endThose(first, ({counter, length, last}) => {
		if (!mayEnd(counter)) {
			return false;
		}

		const isEnding = length === 0 || counters.isOver(counter, last, now);
		if (!isEnding) {
			lasts.push(last);
		}

		return isEnding;
	});

	let surplus = lasts.length - most;
	const latest = lasts.toSorted((one, other) => one - other)[surplus - 1] ?? -Infinity;
	return logs.endThose(left, ({counter, last}) => {
		const isEnding = surplus > 0 && last <= latest && mayEnd(counter);
		surplus -= isEnding ? 1 : 0;
		return isEnding;
	});
}
