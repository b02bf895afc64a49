import type {Quota} from '../store.ts';
import type {Clients} from './clients.ts';
import type {Counter} from './counters.ts';
import {NONE} from './records.ts';

/*
 * What every request costs. Loops by index, and small functions: of those that stay below a size the
 * engine makes one.
 */

/** Opens a client's log for each of these counters, and answers those that have no room for one more. */
export function findFull(
	clients: Clients,
	client: string,
	counters: readonly Counter[],
	now: number,
): readonly Counter[] | undefined {
	const first = clients.find(client);
	const {logs} = clients;
	let full: Counter[] | undefined;
	for (let index = 0; index < counters.length; index += 1) {
		const counter = counters[index] as Counter;
		const {log, rule} = counter;
		if (!log.find(logs, first, counter.number)) {
			begin(clients, client, first, counters);
			return findFull(clients, client, counters, now);
		}

		if (log.within(rule.window, now) >= rule.count) {
			full = full === undefined ? [counter] : full.concat(counter);
		}
	}

	return full;
}

/** Begins those logs of a client that there are not. */
function begin(
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

/** Counts a request by each of these, and tells how the client then stands. */
export function count(counters: readonly Counter[], now: number): readonly Quota[] {
	// A list of exactly its length: one that grows takes more room than all the rest.
	return counters.length === 1
		? [countBy(counters[0] as Counter, now)]
		: counters.map(counter => countBy(counter, now));
}

function countBy(counter: Counter, now: number): Quota {
	counter.log.add(counter.rule.count, now);
	return quotaOf(counter, now);
}

/** How the client stands whose log is open. */
export function quotaOf({log, rule}: Counter, now: number): Quota {
	return {rule, remaining: rule.count - log.length, freesInMs: rule.window - log.sinceFirst(now)};
}
