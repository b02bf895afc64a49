import type {Rule} from './rule.ts';

export interface AdmitOptions {
	/**
	 * How much the request counts under each rule, in the order of the rules: whole numbers. It fits under a rule if
	 * what is used and its cost are at most `count`. 0 counts nothing, and always fits.
	 *
	 * @default 1 under every rule
	 */
	readonly costs?: readonly number[];

	/**
	 * Whether the verdict names what was counted, so that it can be given back.
	 *
	 * @default false
	 */
	readonly returnable?: boolean;

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
	 * make up such keys, so that a bounded store must keep them apart from clients.
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
	/** What was counted, in the order of the rules, if the request is `returnable`. Nothing where the cost is 0. */
	readonly counted?: readonly Counted[];
}

/** What was counted for one request under one rule. */
export interface Counted {
	readonly rule: Rule;
	readonly cost: number;
	/** Whatever the store needs to find it again. Nobody else reads it. */
	readonly receipt: unknown;
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
	/** How many more requests of cost 1 would be admitted now. */
	readonly remaining: number;
	/**
	 * Above 0. Of a full rule: the time until the request would fit, or the whole window if it never does. Of any other:
	 * the time until the next counted request leaves the window, or the whole window if there is none.
	 */
	readonly freesInMs: number;
}

/** The verdict on a request that no rule was asked about. */
export const admitted: Admitted = {kind: 'admitted', quotas: []};
