import {type History, type VerdictName, verdicts} from '../json/dashboard-json.ts';

/** The requests of some time. */
export interface Group {
	/** Milliseconds since 1970. */
	readonly start: number;
	readonly counts: Readonly<Record<VerdictName, number>>;
}

/**
 * Adds up the steps of a history. Groups begin at whole multiples of their length, so that the same requests stay in the
 * same group as time goes on.
 *
 * @param length seconds, a multiple of the history's step
 */
export function groupSteps(history: History, length: number): readonly Group[] {
	const {step, start} = history;
	const perGroup = Math.max(1, Math.round(length / step));
	const firstStep = Math.round(start / (step * 1000));
	const groups: Array<{start: number; counts: Record<VerdictName, number>}> = [];

	for (let index = 0; index < history.admitted.length; index += 1) {
		const beyond = (firstStep + index) % perGroup;
		if (beyond === 0 || groups.length === 0) {
			const first = firstStep + index - beyond;
			groups.push({start: first * step * 1000, counts: noRequests()});
		}

		const counts = groups.at(-1)?.counts ?? noRequests();
		for (const verdict of verdicts) {
			counts[verdict] += history[verdict][index] ?? 0;
		}
	}

	return groups;
}

/**
 * Leaves out the time before the first request, such as that before the process began.
 *
 * @param least how many steps stay in any case
 */
export function sinceFirstRequest(history: History, least: number): History {
	const {step, start, admitted} = history;
	const steps = admitted.length;
	const first = admitted.findIndex((_, index) => verdicts.some(name => history[name][index]));
	const from = Math.max(0, Math.min(first === -1 ? steps : first, steps - least));
	const counts = verdicts.map(name => [name, history[name].slice(from)] as const);

	return {...history, ...Object.fromEntries(counts), start: start + from * step * 1000};
}

/** The requests of the last steps. @param count all, unless it is given */
export function lastSteps(
	history: History,
	count = history.admitted.length,
): Readonly<Record<VerdictName, number>> {
	const counts = noRequests();
	for (const verdict of verdicts) {
		counts[verdict] = history[verdict].slice(-count).reduce((sum, one) => sum + one, 0);
	}

	return counts;
}

export function allOf(counts: Readonly<Record<VerdictName, number>>): number {
	return verdicts.reduce((sum, verdict) => sum + counts[verdict], 0);
}

function noRequests(): Record<VerdictName, number> {
	return {admitted: 0, limited: 0, banned: 0, denied: 0, unavailable: 0};
}
