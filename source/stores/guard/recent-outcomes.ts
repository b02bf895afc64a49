import type {BanOutcome, ReportOutcome} from '../ban-records.ts';
import type {Changes} from '../changes.ts';
import {BelievedBans} from './believed-bans.ts';

/**
 * What the last outcomes of reports and of `ctx.ban()` say of the bans of clients. It is believed for a second: until
 * then, a report that would not count and a ban that would be no longer need not ask the store.
 */
export class RecentOutcomes {
	readonly #banned: BelievedBans;
	/** During these, no report counts. */
	readonly #notCounting: BelievedBans;

	/** @param clock milliseconds, from any origin */
	constructor(changes: Changes, clock: () => number) {
		this.#banned = new BelievedBans(changes, clock);
		this.#notCounting = new BelievedBans(changes, clock);
	}

	/** @param version of `Changes`, when the store was asked */
	learnReport(
		client: string,
		{reports, banEndsInMs, begunForMs}: ReportOutcome,
		version: number,
	): void {
		if (banEndsInMs === undefined) {
			return;
		}

		this.#banned.learn(client, banEndsInMs, version);
		if (reports === 0 || begunForMs !== undefined) {
			// A trap's ban may end later than the one that has begun: by then, reports count again.
			this.#notCounting.learn(client, begunForMs ?? banEndsInMs, version);
		}
	}

	/** @param version of `Changes`, when the store was asked */
	learnBan(client: string, {banEndsInMs}: BanOutcome, version: number): void {
		this.#banned.learn(client, banEndsInMs, version);
	}

	/** Milliseconds until the client's ban ends; 0 if it is not known to be banned. */
	banEndsInMs(client: string): number {
		return Math.max(this.#banned.endsInMs(client) ?? 0, this.#notCounting.endsInMs(client) ?? 0);
	}

	/** Whether the client is known to have a ban during which no report counts. */
	ignoresReports(client: string): boolean {
		return this.#notCounting.endsInMs(client) !== undefined;
	}
}
