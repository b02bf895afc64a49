import type {SettledBanRule} from '../rule.ts';
import type {ExpiringEntries} from './expiring-entries.ts';

/** A ban that begins: how long it lasts, and which of the client's it is, under escalation. */
export interface NextBan {
	readonly duration: number;
	readonly strike?: number;
}

/**
 * How often clients have been banned by reports, by rules with escalation. If there are too many, the client
 * that was banned first is forgotten.
 */
export class Strikes {
	readonly #strikes: ExpiringEntries<number>;

	constructor(strikes: ExpiringEntries<number>) {
		this.#strikes = strikes;
	}

	/** Counts a ban that begins, if the rule has an escalation. */
	next(client: string, {durations, forgetAfter}: SettledBanRule, now: number): NextBan {
		if (forgetAfter === undefined) {
			return {duration: durations[0]};
		}

		const strike = this.of(client, now) + 1;
		const duration = durations[Math.min(strike, durations.length) - 1] ?? durations[0];
		this.#strikes.set(client, strike, now + duration + forgetAfter, now);
		return {duration, strike};
	}

	/** How many of a client's bans are remembered. */
	of(client: string, now: number): number {
		return this.#strikes.get(client, now)?.value ?? 0;
	}

	forget(client: string): void {
		this.#strikes.delete(client);
	}
}
