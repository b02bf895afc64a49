import type {Exemption, GateVerdict} from '../context.ts';

/** What became of a request. `'unidentified'`: it got a 400 or 431, since its client cannot be identified. */
type Outcome = GateVerdict['kind'] | 'unidentified';

/** What a gate has done in this process since it was created. */
export interface Stats extends Readonly<Record<Outcome, number>> {
	/** How many of these requests the global rules did not apply to, by why. */
	readonly exempt: Readonly<Record<Exemption, number>>;
	/** Calls that reported a client, whatever their weight. */
	readonly reports: number;
	/** Bans that began, by reports and by hand, of ranges too. */
	readonly bans: number;
	/** What the gate has asked its store. A `MemoryStore` is not asked: it is a part of the gate. */
	readonly store: StoreStats;
}

export interface StoreStats {
	readonly questions: number;
	/** The questions that failed. `onStoreError` has decided these. */
	readonly failures: number;
	/** How long the replies took, all together. */
	readonly milliseconds: number;
}

/** Counts what a gate does. */
export class Tally {
	readonly store = {questions: 0, failures: 0, milliseconds: 0};
	reports = 0;
	bans = 0;
	readonly #outcomes: Record<Outcome, number> = {
		admitted: 0,
		limited: 0,
		banned: 0,
		denied: 0,
		unavailable: 0,
		unidentified: 0,
	};
	readonly #exempt: Record<Exemption, number> = {bypass: 0, standalone: 0, method: 0, allowed: 0};

	count(outcome: Outcome, exemption?: Exemption): void {
		this.#outcomes[outcome] += 1;
		if (exemption !== undefined) {
			this.#exempt[exemption] += 1;
		}
	}

	read(): Stats {
		const {reports, bans} = this;

		return {
			...this.#outcomes,
			exempt: {...this.#exempt},
			reports,
			bans,
			store: {...this.store},
		};
	}
}
