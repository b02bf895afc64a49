import type {AskOptions} from './ask-options.ts';
import type {Rule, SettledBanRule} from './rule.ts';

/**
 * Where requests, reports and bans are kept. Every decision is one atomic step by the store's own clock. All
 * times are milliseconds. `client` is a canonical key: a well-formed string, not empty.
 *
 * A method that throws, rejects, returns nonsense or does not settle within `storeTimeout` has failed. Then
 * the gate's `onStoreError` decides, and `asking.signal` is aborted: a store that keeps questions until it is
 * connected must drop this one.
 *
 * Every store must pass the suite in the repository's `tests/stores/contract.ts`. Read it for the promises in
 * full.
 */
export interface Store {
	/** Whether other processes use the same counters. */
	readonly shared: boolean;

	/**
	 * The time in this process, in milliseconds from any origin. The gate uses it while the store fails, and to
	 * time suspensions.
	 *
	 * @default performance.now, for a store without a clock
	 */
	clock?(): number;

	/**
	 * May this client come in under all of these rules? If no rule is full and no ban is in force, counts the
	 * request under each rule. Otherwise counts it under none. Without rules, only a ban matters.
	 */
	admit(
		client: string,
		rules: readonly Rule[],
		options: AdmitOptions,
		asking?: AskOptions,
	): Verdict | Promise<Verdict>;

	/**
	 * The verdict that a store on a server remembers in this process, if any. The gate calls this first, and
	 * `admit` only if it returns undefined. It says nothing of whether the server works.
	 */
	recall?(client: string, rules: readonly Rule[], options: AdmitOptions): Verdict | undefined;

	/**
	 * Names the part of the store that a client is on, if its parts can fail on their own, such as the servers of
	 * a cluster. While a part fails, clients on the others are decided as before.
	 *
	 * @default one part
	 */
	partOf?(client: string): string;

	/**
	 * Names the slot of its part that a client is on, if slots can fail on their own, such as a hash slot of a
	 * cluster while it is moved to another server. Failures about a few slots do not count against the others.
	 *
	 * @default one slot
	 */
	slotOf?(client: string): string | number;

	/**
	 * Counts `weight` reports of a client. Bans the client once there are `banRule.count` of them within
	 * `banRule.window`, and deletes its reports. Counts nothing during a ban.
	 */
	report(
		client: string,
		banRule: SettledBanRule,
		report: Report,
		asking?: AskOptions,
	): ReportOutcome | Promise<ReportOutcome>;

	/** Bans a client, in place of any ban that it has, and deletes its reports. */
	ban(client: string, ban: NewBan, asking?: AskOptions): void | Promise<void>;

	/** Ends a client's ban, and deletes its reports. */
	unban(client: string, asking?: AskOptions): void | Promise<void>;

	/** Deletes a client's counted requests and its reports. A ban stays. */
	reset(client: string, asking?: AskOptions): void | Promise<void>;

	/**
	 * The bans in force, page by page. Other work runs between two pages, and each page must come in time. A
	 * page may be empty.
	 */
	bans(): Iterable<readonly StoredBan[]> | AsyncIterable<readonly StoredBan[]>;

	/** Releases what the store itself holds, but never a client that it was given. */
	close(): void | Promise<void>;
}

export interface AdmitOptions {
	/**
	 * Count the request under every rule, even a full one. The verdict has the kind that it would have had
	 * otherwise, and the quotas after it was counted. A ban in force still refuses it, uncounted.
	 *
	 * @default false
	 */
	readonly late?: boolean;

	/**
	 * No ban may refuse this request.
	 *
	 * @default false
	 */
	readonly immune?: boolean;

	/**
	 * Count nothing. The verdict is the one that the request would get; an admitted one needs no quotas.
	 *
	 * @default false
	 */
	readonly peek?: boolean;

	/**
	 * The client that makes the request, if something else is counted: the `key` of a `specific`. A client can
	 * make up such keys, so that a bounded store must keep them apart from clients. A store that remembers
	 * refusals learns from this that the client itself was refused.
	 *
	 * @default the client that is counted
	 */
	readonly requester?: string;
}

/** The decision about a request: counted, or refused and why. */
export type Verdict = Admitted | Limited | Banned;

export interface Admitted {
	readonly kind: 'admitted';
	/** The client's quota under every rule, in the order of the rules, after this request was counted. */
	readonly quotas: readonly Quota[];
}

export interface Limited {
	readonly kind: 'limited';
	/** The quota under each full rule, in the order of the rules; at least one. */
	readonly quotas: readonly Quota[];
}

export interface Banned {
	readonly kind: 'banned';
	readonly by: 'reports' | 'hand';
	readonly reason?: string;
	/** Time until the ban ends; above 0; Infinity for an endless ban. */
	readonly endsInMs: number;
}

/** How much room a client has under one rule. */
export interface Quota {
	readonly rule: Rule;
	/** How many more requests would be admitted now. */
	readonly remaining: number;
	/** Time until room for one more frees up: the next counted request leaves the window. Above 0. */
	readonly freesInMs: number;
}

/** A manual ban. */
export interface NewBan {
	/** Milliseconds, or Infinity. */
	readonly duration: number;
	readonly reason?: string;
}

export interface Report {
	/** How many reports this one counts for: a whole number above 0. */
	readonly weight: number;
	/** Stored with the ban, if this report begins one. */
	readonly reason?: string;
}

export interface ReportOutcome {
	/** Reports within the window, including these; 0 if an earlier ban is in force. */
	readonly reports: number;
	/** Time until the client's ban ends, if it is banned now; above 0; Infinity for an endless ban. */
	readonly banEndsInMs?: number;
}

/** A ban in force, as a store lists it. */
export interface StoredBan {
	/** The client's canonical key. */
	readonly client: string;
	readonly by: 'reports' | 'hand';
	readonly reason?: string;
	/** Above 0; Infinity for an endless ban. */
	readonly endsInMs: number;
}

/** The verdict on a request that no rule was asked about. */
export const admitted: Admitted = {kind: 'admitted', quotas: []};
