import type {Exemption} from '../context.ts';
import type {Outcome, Stats} from './stats.ts';

/** Counts what a gate does. */
export class Tally {
	readonly store = {questions: 0, failures: 0, milliseconds: 0, isFailing: false};
	reports = 0;
	bans = 0;
	readonly #outcomes: Record<Outcome, number> = {
		admitted: 0,
		limited: 0,
		banned: 0,
		denied: 0,
		unavailable: 0,
		unidentified: 0,
		failed: 0,
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
