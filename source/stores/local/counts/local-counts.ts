import {
	type Counter,
	count,
	countedOf,
	countReports,
	fullOf,
	quotasOf,
	refuse,
} from '../../deciding/counting.ts';
import type {Counts} from '../../deciding/counts.ts';
import {inspectedQuota} from '../../deciding/inspected.ts';
import {levelOf} from '../../deciding/levels.ts';
import type {Rule, SettledBanRule} from '../../rule.ts';
import {
	type AdmitOptions,
	admitted,
	type Counted,
	type Quota,
	type Verdict,
} from '../../verdict.ts';
import {tables} from '../tables/keys.ts';
import type {Section} from '../tables/section.ts';
import {ClientTable, type FoundClient} from './client-table.ts';
import {isOfReports, reportsId, requestsId} from './log-id.ts';
import {Receipt} from './receipt.ts';
import type {RecordLog} from './record-log.ts';

/** What the file counts: requests and reports of clients, and apart from them the keys that clients can make up. */
export class LocalCounts implements Counts {
	/** The tables, by their numbers in `tables`. */
	readonly tables: ReadonlyMap<number, ClientTable>;
	readonly #clients: ClientTable;
	readonly #userKeys: ClientTable;

	/** @param max the most clients, and the most keys */
	constructor(section: Section, max: number) {
		this.#clients = new ClientTable(section, tables.clients, max);
		this.#userKeys = new ClientTable(section, tables.userKeys, max);
		this.tables = new Map([
			[tables.clients, this.#clients],
			[tables.userKeys, this.#userKeys],
		]);
	}

	/** Decides about a request that no ban refuses, and counts it. */
	admit(client: string, rules: readonly Rule[], options: AdmitOptions, asked: number): Verdict {
		const table = options.requester === undefined ? this.#clients : this.#userKeys;
		const found = table.findOrBegin(client);
		const {record, storedLevel} = found;
		const counters = countersOf(found, rules);
		const now = counters.reduce((time, {log}) => log.notBefore(time), asked);
		const {costs, peek, late} = options;
		const full = fullOf(counters, costs, now);
		if (full !== undefined) {
			const verdict = refuse(counters, full, options, now);
			// Also if there is room for requests that cost less.
			record.raise(1, now);
			if (!peek && (late || storedLevel === 0)) {
				table.save(found, now);
			}

			return verdict;
		}

		if (peek) {
			return admitted;
		}

		count(counters, costs, now);
		const quotas = quotasOf(counters, now);
		record.raise(levelOf(counters), now);
		record.touch(now);
		table.save(found, now);
		if (!options.returnable) {
			return {kind: 'admitted', quotas};
		}

		const receipt = new Receipt(table, record.serial, now);
		return {kind: 'admitted', quotas, counted: countedOf(counters, costs, receipt)};
	}

	giveBack(client: string, counted: readonly Counted[], now: number): void {
		for (const {rule, cost, receipt} of counted) {
			if (!(receipt instanceof Receipt) || !this.#isOwn(receipt)) {
				continue;
			}

			const {table, serial, at} = receipt;
			const found = table.find(client);
			const isThere = found?.record.serial === serial && now - at < rule.window;
			if (found && isThere) {
				found.record.open(requestsId(rule), rule).remove(at, cost, now);
				table.save(found, now);
			}
		}
	}

	report(client: string, banRule: SettledBanRule, weight: number, asked: number): number {
		const found = this.#clients.findOrBegin(client);
		const log = found.record.open(reportsId(banRule), banRule);
		const now = log.notBefore(asked);
		const reports = countReports(log, banRule, weight, now);
		if (reports < banRule.count) {
			found.record.touch(now);
			this.#clients.save(found, now);
		}

		return reports;
	}

	reportsOf(client: string, banRule: SettledBanRule, now: number): number {
		const log = this.#clients.find(client)?.record.find(reportsId(banRule), banRule);
		return log ? log.length - log.gone(banRule.window, now) : 0;
	}

	spendReports(client: string, banRule: SettledBanRule): void {
		const spent = reportsId(banRule);
		this.#forgetLogs(client, id => id === spent);
	}

	forgetReports(client: string): void {
		this.#forgetLogs(client, isOfReports);
	}

	quotasOf(client: string, rules: readonly Rule[], now: number): readonly Quota[] {
		const found = this.#clients.find(client);
		const foundKey = this.#userKeys.find(client);

		return rules.map(rule => {
			const id = requestsId(rule);
			const log = found?.record.find(id, rule) ?? foundKey?.record.find(id, rule);
			return inspectedQuota(log, rule, log?.notBefore(now) ?? now);
		});
	}

	reset(client: string): void {
		this.#clients.delete(client);
		this.#userKeys.delete(client);
	}

	#forgetLogs(client: string, isSuch: (id: number) => boolean): void {
		const found = this.#clients.find(client);
		if (found?.record.forget(isSuch)) {
			this.#clients.save(found, -Infinity);
		}
	}

	/** Whether a receipt is of this store, and not of another one. */
	#isOwn({table}: Receipt): boolean {
		return table === this.#clients || table === this.#userKeys;
	}
}

function countersOf(
	{record}: FoundClient,
	rules: readonly Rule[],
): ReadonlyArray<Counter & {readonly log: RecordLog}> {
	return rules.map(rule => ({rule, log: record.open(requestsId(rule), rule)}));
}
