import {type Costs, costOf} from '../costs.ts';
import type {Quota} from '../verdict.ts';
import type {Clients} from './clients.ts';
import type {Counter} from './counters.ts';
import {NONE} from './records.ts';
import type {SlidingLog} from './sliding-log.ts';

/*
 * Every request runs this. Index loops and small functions on purpose: V8 inlines functions below a size
 * limit.
 */

/** Points each counter's cursor at the client's log. Begins the logs that the client does not have. */
export function openLogs(clients: Clients, client: string, counters: readonly Counter[]): void {
	const first = clients.find(client);
	const {logs} = clients;
	for (let index = 0; index < counters.length; index += 1) {
		const {log, number} = counters[index] as Counter;
		if (!log.find(logs, first, number)) {
			beginLogs(clients, client, first, counters);
			openLogs(clients, client, counters);
			return;
		}
	}
}

/**
 * The indexes of the counters that have no room for what a request costs, of the client whose logs are open;
 * undefined if none.
 */
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

function beginLogs(
	clients: Clients,
	client: string,
	known: number,
	counters: readonly Counter[],
): void {
	if (known === NONE) {
		clients.makeRoom();
	}

	const {logs} = clients;
	let first = clients.endSurplus(known, counters);
	for (const {log, number} of counters) {
		if (!log.find(logs, first, number)) {
			first = logs.begin(number, first);
		}
	}

	clients.set(client, first);
}

/** Counts a request of the client whose logs are open. */
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

function addUnits(log: SlidingLog, units: number, count: number, now: number): void {
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

/** The client's quota under a rule where a request of this cost has not fitted. */
export function fullQuotaOf({log, rule}: Counter, cost: number, now: number): Quota {
	const {length} = log;
	const mustLeave = length + cost - rule.count;
	const since = cost > rule.count ? 0 : log.since(mustLeave - 1, now);
	return {rule, remaining: rule.count - length, freesInMs: rule.window - since};
}
