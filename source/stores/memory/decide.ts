import {type Costs, costOf} from '../costs.ts';
import {type AdmitOptions, admitted, type Counted, type Limited, type Verdict} from '../verdict.ts';
import type {Clients} from './clients.ts';
import type {Counter} from './counters.ts';
import {count, fullOf, fullQuotaOf, openLogs, quotasOf} from './counting.ts';
import {levelOf} from './levels.ts';
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
		return refuse(clients, client, counters, full, options, now);
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

function refuse(
	clients: Clients,
	client: string,
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
	// Also if there is room for requests that cost less.
	clients.raise(client, 1);
	return {kind: 'limited', quotas};
}

function countedOf(
	counters: readonly Counter[],
	costs: Costs,
	receipt: Receipt,
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
