import {count, countedOf, fullOf, quotasOf, refuse} from '../deciding/counting.ts';
import {levelOf} from '../deciding/levels.ts';
import {type AdmitOptions, admitted, type Verdict} from '../verdict.ts';
import type {Clients} from './clients.ts';
import type {Counter} from './counters.ts';
import {openLogs} from './open-logs.ts';
import {Receipt} from './receipt.ts';

/** Decides about a request of a client that no ban refuses, and counts it. */
export function decide(
	clients: Clients,
	client: string,
	counters: readonly Counter[],
	options: AdmitOptions,
	now: number,
	version: number,
): Verdict {
	const {costs} = options;
	openLogs(clients, client, counters);
	const full = fullOf(counters, costs, now);
	if (full !== undefined) {
		const verdict = refuse(counters, full, options, now);
		// Also if there is room for requests that cost less.
		clients.raise(client, 1);
		return verdict;
	}

	if (options.peek) {
		return admitted;
	}

	count(counters, costs, now);
	const quotas = quotasOf(counters, now);
	clients.raise(client, levelOf(counters));
	return options.returnable
		? {
				kind: 'admitted',
				quotas,
				counted: countedOf(counters, costs, new Receipt(clients, now, version)),
			}
		: {kind: 'admitted', quotas};
}
