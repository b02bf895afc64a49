import type {Rule, SettledBanRule} from '../options/rules.ts';

/**
 * Where requests, reports and bans are remembered. Every decision is one atomic step, by the store's
 * own clock; all times are milliseconds. `client` is a canonical key, any text at all.
 *
 * Every store passes one suite, `tests/stores/contract.ts`: read it for the promises in full.
 */
export interface Store {
	/** Whether other processes use the same counters. */
	readonly shared: boolean;

	/**
	 * Milliseconds in this process, from any origin, if the store brings a clock; a monotonic one is used
	 * otherwise. By it the gate leaves a failing store alone, decides meanwhile, and suspends exemptions.
	 */
	clock?(): number;

	/**
	 * May this client come in under all of these rules? If none is full and no ban is in force, counts
	 * the request under each of them; else under none. Without rules it asks about the ban alone.
	 */
	admit(client: string, rules: readonly Rule[], options?: AdmitOptions): Verdict | Promise<Verdict>;

	/**
	 * What a store that asks a server remembers in this process of a verdict: the gate asks for it first,
	 * and then for `admit`, which asks the server. It says nothing of whether that works.
	 */
	recall?(client: string, rules: readonly Rule[], options: AdmitOptions): Verdict | undefined;

	/**
	 * Counts `weight` reports of a client, and bans it when there are `banRule.count` within
	 * `banRule.window`; its reports are then spent. During a ban nothing is counted.
	 */
	report(
		client: string,
		banRule: SettledBanRule,
		report: Report,
	): ReportOutcome | Promise<ReportOutcome>;

	/** Bans a client in place of any ban that it has, and spends its reports. */
	ban(client: string, ban: NewBan): void | Promise<void>;

	/** Ends a client's ban, and forgets its reports. */
	unban(client: string): void | Promise<void>;

	/** Forgets a client's counted requests and its reports; a ban stays. */
	reset(client: string): void | Promise<void>;

	/**
	 * The bans in force, page by page: other work runs between two pages, each of which has to come in
	 * time. A page may be empty.
	 */
	bans(): Iterable<readonly StoredBan[]> | AsyncIterable<readonly StoredBan[]>;

	/** Releases what the store itself holds; never a client that it was given. */
	close(): void | Promise<void>;
}

export interface AdmitOptions {
	/**
	 * Count the request under all rules, whatever is full. The kind of the verdict is the one it would
	 * have got; its quotas are those after it was counted.
	 */
	readonly late?: boolean;

	/** Let no ban refuse this request. */
	readonly immune?: boolean;

	/**
	 * Count nothing: the verdict is the one that the request would get. That of an admitted one needs no
	 * quotas.
	 */
	readonly peek?: boolean;

	/**
	 * The client that makes the request, where something else is counted: the `key` of a `specific`.
	 * Clients can make up such keys: a bounded store keeps them apart from clients. A store that remembers
	 * refusals knows by it that this client was refused.
	 */
	readonly requester?: string;
}

/** What a store answers: counted, or not and why. */
export type Verdict = Admitted | Limited | Banned;

export interface Admitted {
	readonly kind: 'admitted';
	/** How the client stands under every rule, in the order asked, this request counted. */
	readonly quotas: readonly Quota[];
}

export interface Limited {
	readonly kind: 'limited';
	/** The full rules, in the order asked; at least one. */
	readonly quotas: readonly Quota[];
}

export interface Banned {
	readonly kind: 'banned';
	readonly by: 'reports' | 'hand';
	readonly reason?: string;
	/** Until the ban ends; above 0; Infinity for an endless one. */
	readonly endsInMs: number;
}

/** How a client stands under one rule. */
export interface Quota {
	readonly rule: Rule;
	/** Requests that would still be admitted now. */
	readonly remaining: number;
	/** Until one more would be: the next counted request leaves the window. Above 0. */
	readonly freesInMs: number;
}

/** A ban by hand. */
export interface NewBan {
	/** Milliseconds, or Infinity. */
	readonly duration: number;
	readonly reason?: string;
}

export interface Report {
	/** How many reports this one is worth: a whole number above 0. */
	readonly weight: number;
	/** Kept with the ban, if this report begins one. */
	readonly reason?: string;
}

export interface ReportOutcome {
	/** Reports within the window, these included; 0 while a ban that was there before is in force. */
	readonly reports: number;
	/** Until the client's ban ends, if it is banned now; above 0; Infinity for an endless one. */
	readonly banEndsInMs?: number;
}

export interface StoredBan {
	readonly client: string;
	readonly by: 'reports' | 'hand';
	readonly reason?: string;
	/** Above 0; Infinity for an endless one. */
	readonly endsInMs: number;
}

/** The verdict on a request that no rule was asked about. */
export const admitted: Admitted = {kind: 'admitted', quotas: []};
