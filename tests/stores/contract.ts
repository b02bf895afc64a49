import type {ExecutionContext, TestFn} from 'ava';
import {atOnce} from './contract/at-once.ts';
import {bansByReports} from './contract/bans-by-reports.ts';
import {costsCounted, costsOfExceptions} from './contract/costs.ts';
import {clientsApart, countersKept} from './contract/counters.ts';
import {escalation, strikesKept} from './contract/escalation.ts';
import {immunity, lateCounts, peeks} from './contract/exceptions.ts';
import {forgiveness} from './contract/forgiveness.ts';
import {countedIsNamed, givenBack, notGivenBack} from './contract/give-back.ts';
import {agreesWithNaiveStore} from './contract/histories.ts';
import {bansInspected, quotasInspected, reportsInspected} from './contract/inspection.ts';
import {bansListed, manualBans} from './contract/manual-bans.ts';
import {neverMoreThanCount} from './contract/never-more.ts';
import type {OpenedStore, Promised} from './contract/promised.ts';
import {quotasReturned, severalRules} from './contract/quotas.ts';
import {rangesBanned} from './contract/ranges.ts';
import {reportsCounted} from './contract/reports.ts';
import {siblings} from './contract/sibling.ts';
import {traps} from './contract/traps.ts';
import {slidingWindow} from './contract/window.ts';

export type OpenStore = (t: ExecutionContext) => OpenedStore | Promise<OpenedStore>;

export interface ContractOptions {
	/** How many random histories to compare with the naive store: many in memory, fewer on a server. */
	readonly histories?: number;
}

/**
 * Registers every promise of the `Store` contract as a test.
 *
 * @param name of the store; every title begins with it
 */
export function storeContract(
	test: TestFn,
	name: string,
	open: OpenStore,
	{histories = 0}: ContractOptions = {},
): void {
	const promised: Promised = (title, body) => {
		test(`${name}: ${title}`, async t => body(t, await open(t)));
	};

	slidingWindow(promised);
	quotasReturned(promised);
	severalRules(promised);
	countersKept(promised);
	clientsApart(promised);
	lateCounts(promised);
	immunity(promised);
	peeks(promised);
	costsCounted(promised);
	costsOfExceptions(promised);
	countedIsNamed(promised);
	givenBack(promised);
	notGivenBack(promised);
	reportsCounted(promised);
	bansByReports(promised);
	escalation(promised);
	strikesKept(promised);
	manualBans(promised);
	traps(promised);
	forgiveness(promised);
	bansListed(promised);
	rangesBanned(promised);
	siblings(promised);
	quotasInspected(promised);
	reportsInspected(promised);
	bansInspected(promised);
	atOnce(promised);
	if (histories > 0) {
		neverMoreThanCount(test, name, open, Math.ceil(histories / 5));
		agreesWithNaiveStore(test, name, open, histories);
	}
}
