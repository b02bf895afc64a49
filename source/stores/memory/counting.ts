import type {Quota} from '../store.ts';
import type {Clients} from './clients.ts';
import type {Counter} from './counters.ts';
import {NONE} from './records.ts';

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

/** The counters that have no room for one more, of the client whose logs are open; undefined if none. */
export function fullOf(counters: readonly Counter[], now: number): readonly Counter[] | undefined {
	let full: Counter[] | undefined;
	for (let index = 0; index < counters.length; index += 1) {
		const counter = counters[index] as Counter;
		const {log, rule} = counter;
		if (log.within(rule.window, now) >= rule.count) {
			full = full === undefined ? [counter] : full.concat(counter);
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
	let first = known;
	for (const {log, number} of counters) {
		if (!log.find(logs, first, number)) {
			first = logs.begin(number, first);
		}
	}

	clients.set(client, first);
}

/** Counts a request of the client whose logs are open. Returns its quota under each rule. */
export function count(counters: readonly Counter[], now: number): readonly Quota[] {
	// A list of exactly its length: one that grows takes more memory than everything else here.
	return counters.length === 1
		? [countBy(counters[0] as Counter, now)]
		: counters.map(counter => countBy(counter, now));
}

function countBy(counter: Counter, now: number): Quota {
	counter.log.add(counter.rule.count, now);
	return quotaOf(counter, now);
}

/** The quota of the client whose log is open. */
export function quotaOf({log, rule}: Counter, now: number): Quota {
	return {rule, remaining: rule.count - log.length, freesInMs: rule.window - log.sinceFirst(now)};
}
