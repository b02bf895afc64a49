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
