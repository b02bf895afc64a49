import type {Rule} from '../rule.ts';
import type {AdmitOptions, Banned, Limited} from '../verdict.ts';
import {Belief} from './freshness.ts';

/** What makes a request another one under the same rules. */
export type RequestKind = Pick<AdmitOptions, 'immune' | 'costs'>;

/** A reply of the source that refuses a client. */
export interface RefusingReply {
	readonly verdict: Banned | Limited;
	readonly rules: readonly Rule[];
	readonly options: RequestKind;
	/** Milliseconds. */
	readonly askedAt: number;
	/** For each quota of the verdict, milliseconds from the reply in which nothing frees up under its rule, if known. */
	readonly unchangedForMs: readonly number[];
}

/** A reply that is remembered. */
export interface Remembered extends RefusingReply {
	/** Milliseconds. */
	readonly repliedAt: number;
	readonly belief: Belief;
}

/**
 * Copies with `...` would each have a hidden class, and lists that have grown keep room for more. Both together double
 * the memory.
 */
export function rememberedFrom(
	{verdict, rules, options, askedAt, unchangedForMs}: RefusingReply,
	now: number,
): Remembered {
	return {
		verdict:
			verdict.kind === 'limited' ? {kind: 'limited', quotas: verdict.quotas.slice()} : verdict,
		rules,
		options,
		askedAt,
		unchangedForMs: unchangedForMs.slice(),
		repliedAt: now,
		belief: new Belief(askedAt, now),
	};
}
