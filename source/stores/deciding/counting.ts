import {type Costs, costOf} from '../costs.ts';
import type {Rule} from '../rule.ts';
import type {AdmitOptions, Counted, Limited, Quota} from '../verdict.ts';

/*
 * Every request runs this. Index loops and small functions on purpose: V8 inlines functions below a size
 * limit.
 */

/** The sliding log of a client under a rule: the times of what was counted. */
export interface CountedLog {
	/** How many times it holds. */
	readonly length: number;
	/** For how many requests it holds times, up to 8. */
	readonly requests: number;
	/** How many times are in the window. Forgets those that have left it. */
	within(window: number, now: number): number;
	/** How long ago the first time was. */
	sinceFirst(now: number): number;
	/** How long ago the time at an index was. */
	since(index: number, now: number): number;
	/** Counts a unit now. Only the last `count` matter. */
	add(count: number, now: number): void;
	/** Notes that the last units are those of a request. */
	noteRequest(): void;
}

/** A rule, and the log of the client that is decided about. */
export interface Counter {
	readonly rule: Rule;
	readonly log: CountedLog;
}

/** The indexes of the counters that have no room for what a request costs; undefined if none. */
export function fullOf(
	counters: readonly Counter[],
	costs: Costs,
	now: number,
): readonly number[] | undefined {
	let full: number[] | undefined;
	for (let index = 0; index < counters.length; index += 1) {
		const {log, rule} = counters[index] as Counter;
		if (log.within(rule.window, now) + costOf(costs, index) > rule.count) {
			full = full === undefined ? [index] : full.concat(index);
		}
	}

	return full;
}

/** Counts a request. */
export function count(counters: readonly Counter[], costs: Costs, now: number): void {
	for (let index = 0; index < counters.length; index += 1) {
		const {log, rule} = counters[index] as Counter;
		if (costs === undefined) {
			log.add(rule.count, now);
		} else {
			addUnits(log, costOf(costs, index), rule.count, now);
		}

		if (costOf(costs, index) > 0) {
			log.noteRequest();
		}
	}
}

function addUnits(log: CountedLog, units: number, count: number, now: number): void {
	for (let left = units; left > 0; left -= 1) {
		log.add(count, now);
	}
}

/** The client's quota under each rule, after a request that has fitted. */
export function quotasOf(counters: readonly Counter[], now: number): readonly Quota[] {
	// A list of exactly its length: one that grows takes more memory than everything else here.
	return counters.length === 1
		? [quotaOf(counters[0] as Counter, now)]
		: counters.map(counter => quotaOf(counter, now));
}

function quotaOf({log, rule}: Counter, now: number): Quota {
	const {length} = log;
	const freesInMs = length === 0 ? rule.window : rule.window - log.sinceFirst(now);
	return {rule, remaining: rule.count - length, freesInMs};
}

/** Refuses a request for full rules, by their indexes. Under `late`, it is counted all the same. */
export function refuse(
	counters: readonly Counter[],
	full: readonly number[],
	{costs, late, peek}: AdmitOptions,
	now: number,
): Limited {
	if (late && !peek) {
		count(counters, costs, now);
	}

	const quotas = full.map(index =>
		fullQuotaOf(counters[index] as Counter, costOf(costs, index), now),
	);
	return {kind: 'limited', quotas};
}

/** The client's quota under a rule where a request of this cost has not fitted. */
function fullQuotaOf({log, rule}: Counter, cost: number, now: number): Quota {
	const {length} = log;
	const mustLeave = length + cost - rule.count;
	const since = cost > rule.count ? 0 : log.since(mustLeave - 1, now);
	return {rule, remaining: rule.count - length, freesInMs: rule.window - since};
}

/** Counts reports, unless there are enough of them for a ban. Returns how many there are then. */
export function countReports(
	log: CountedLog,
	{count: enough, window}: Rule,
	weight: number,
	now: number,
): number {
	const reports = log.within(window, now) + weight;
	if (reports < enough) {
		addUnits(log, weight, enough, now);
	}

	return reports;
}

/** What was counted for a request, with the receipt of its store. */
export function countedOf(
	counters: readonly Counter[],
	costs: Costs,
	receipt: unknown,
): readonly Counted[] {
	const counted: Counted[] = [];
	for (const [index, {rule}] of counters.entries()) {
		const cost = costOf(costs, index);
		if (cost > 0) {
			counted.push({rule, cost, receipt});
		}
	}

	return counted;
}
