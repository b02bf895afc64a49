import {Changes} from '../changes.ts';
import {countReports} from '../deciding/counting.ts';
import type {Counts} from '../deciding/counts.ts';
import {inspectedQuota} from '../deciding/inspected.ts';
import type {Rule, SettledBanRule} from '../rule.ts';
import type {AdmitOptions, Counted, Quota, Verdict} from '../verdict.ts';
import {Clients} from './clients.ts';
import {Counters, isOfReports} from './counters.ts';
import {decide} from './decide.ts';
import {findLog} from './find-log.ts';
import {giveBack} from './give-back.ts';
import {openLogs} from './open-logs.ts';
import {Receipt} from './receipt.ts';

/** Milliseconds. Clients are forgotten in steps of at least this, however short the windows are. */
const MIN_SPAN = 1000;

/** How many resets are remembered. They only matter to requests of the same millisecond. */
const MAX_RESETS = 10_000;

/** Everyone who is counted: clients, and apart from them the keys that clients can make up. */
export class MemoryCounts implements Counts {
	readonly #counters = new Counters(MIN_SPAN);
	readonly #clients: Clients;
	/** What a `specific` with a `key` counts in place of clients, such as accounts. */
	readonly #keys: Clients;
	readonly #resets = new Changes(MAX_RESETS);

	/** @param max the most clients, and the most keys */
	constructor(max: number) {
		this.#clients = new Clients(max, this.#counters);
		this.#keys = new Clients(max, this.#counters);
	}

	/** Forgets who has been quiet for too long: call this first at a moment `now`. */
	forgetQuiet(now: number): void {
		const {longestWindow} = this.#counters;
		this.#clients.forgetQuiet(now, longestWindow);
		this.#keys.forgetQuiet(now, longestWindow);
	}

	/** Decides about a request that no ban refuses, and counts it. */
	admit(client: string, rules: readonly Rule[], options: AdmitOptions, now: number): Verdict {
		const counters = this.#counters.ofRequests(rules);
		const clients = options.requester === undefined ? this.#clients : this.#keys;
		return decide(clients, client, counters, options, now, this.#resets.version);
	}

	giveBack(client: string, counted: readonly Counted[], now: number): void {
		for (const one of counted) {
			const {receipt} = one;
			if (this.#isOwn(receipt) && !this.#resets.hasChanged(client, receipt.version)) {
				giveBack(client, one, receipt, this.#counters, now);
			}
		}
	}

	report(client: string, banRule: SettledBanRule, weight: number, now: number): number {
		const counter = this.#counters.ofReports(banRule);
		openLogs(this.#clients, client, [counter]);
		return countReports(counter.log, banRule, weight, now);
	}

	reportsOf(client: string, banRule: SettledBanRule, now: number): number {
		const log = findLog(this.#clients, client, this.#counters.findOfReports(banRule));
		return log ? log.length - log.gone(banRule.window, now) : 0;
	}

	quotasOf(client: string, rules: readonly Rule[], now: number): readonly Quota[] {
		return rules.map(rule => {
			const number = this.#counters.findOfRequests(rule);
			const log = findLog(this.#clients, client, number) ?? findLog(this.#keys, client, number);
			return inspectedQuota(log, rule, now);
		});
	}

	spendReports(client: string, banRule: SettledBanRule): void {
		const spent = this.#counters.findOfReports(banRule);
		const first = this.#clients.find(client);
		this.#clients.logs.clearThose(first, number => number === spent);
	}

	forgetReports(client: string): void {
		const first = this.#clients.find(client);
		this.#clients.logs.clearThose(first, isOfReports);
	}

	/** A client that a ban refuses is not quiet: its logs stay. */
	touch(client: string): void {
		this.#clients.touch(client);
	}

	reset(client: string): void {
		this.#clients.delete(client);
		this.#keys.delete(client);
		this.#resets.record(client);
	}

	clear(): void {
		this.#clients.clear();
		this.#keys.clear();
	}

	/** Whether a receipt is of this store, and not of another one or made up. */
	#isOwn(receipt: unknown): receipt is Receipt {
		return (
			receipt instanceof Receipt &&
			(receipt.clients === this.#clients || receipt.clients === this.#keys)
		);
	}
}
