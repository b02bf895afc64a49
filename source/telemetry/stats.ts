import type {Exemption, GateVerdict} from '../context.ts';

/**
 * What became of a request. `'unidentified'`: it got a 400 or 431, since its client or its target cannot be read.
 * `'failed'`: a function among the options threw before the gate had decided.
 */
export type Outcome = GateVerdict['kind'] | 'unidentified' | 'failed';

/** What a gate has done in this process since it was created. */
export interface Stats extends Readonly<Record<Outcome, number>> {
	/** How many of these requests the global rules did not apply to, by why. */
	readonly exempt: Readonly<Record<Exemption, number>>;
	/** Calls that reported a client, whatever their weight. */
	readonly reports: number;
	/** Bans that began, by reports and by hand, of ranges too. */
	readonly bans: number;
	/** What the gate has asked its store to decide. A `MemoryStore` is not asked: it is a part of the gate. */
	readonly store: StoreStats;
}

export interface StoreStats {
	/** Decisions that the store was asked for. Commands of operators are not counted. */
	readonly questions: number;
	/** Those that failed. `onStoreError` has decided these. */
	readonly failures: number;
	/** How long the replies took, all together. */
	readonly milliseconds: number;
	/** Whether the store fails now: from its first failure, until it has worked for ten seconds without another. */
	readonly isFailing: boolean;
}
