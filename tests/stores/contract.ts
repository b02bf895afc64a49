import type {ExecutionContext, TestFn} from 'ava';
import {agreesWithTheModel} from '../support/models/naive-store.ts';
import {clientsApart, countersKept} from './contract/counters.ts';
import {immunity, lateCounts, peeks} from './contract/exceptions.ts';
import type {OpenedStore, Promised} from './contract/promised.ts';
import {bansByReports, reportsCounted} from './contract/reports.ts';
import {atOnce, quotasTold, severalRules, slidingWindow} from './contract/requests.ts';
import {bansByHand, bansListed, forgiveness} from './contract/verbs.ts';

export type OpenStore = (t: ExecutionContext) => OpenedStore | Promise<OpenedStore>;

export interface ContractOptions {
	/** Random histories compared with the model, in all: many in memory, fewer over a network. */
	readonly runs: number;
}

/**
 * Registers every promise of the `Store` contract as a test.
 *
 * @param name of the store, in front of every title
 */
export function storeContract(
	test: TestFn,
	name: string,
	open: OpenStore,
	options: ContractOptions,
): void {
	const promised: Promised = (title, body) => {
		test(`${name}: ${title}`, async t => body(t, await open(t)));
	};

	slidingWindow(promised);
	quotasTold(promised);
	severalRules(promised);
	countersKept(promised);
	clientsApart(promised);
	lateCounts(promised);
	immunity(promised);
	peeks(promised);
	reportsCounted(promised);
	bansByReports(promised);
	bansByHand(promised);
	forgiveness(promised);
	bansListed(promised);
	atOnce(promised);
	agreesWithTheModel(test, name, open, options.runs);
}
