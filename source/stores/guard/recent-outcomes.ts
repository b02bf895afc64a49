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

	/** Milliseconds until the client's ban ends, if it is known to be banned. */
	banEndsInMs(client: string): number | undefined {
		return this.#banned.endsInMs(client);
	}

	/** The outcome of one more report, if it is known not to count. */
	uncountedReport(client: string): ReportOutcome | undefined {
		const countsInMs = this.#notCounting.endsInMs(client);
		if (countsInMs === undefined) {
			return undefined;
		}

		return {reports: 0, banEndsInMs: Math.max(countsInMs, this.banEndsInMs(client) ?? 0)};
	}
}
