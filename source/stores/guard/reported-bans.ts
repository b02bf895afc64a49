import type {BanOutcome, ReportOutcome} from '../ban-records.ts';
import type {Changes} from '../changes.ts';
import {BelievedBans} from './believed-bans.ts';

/**
 * What reports and `ctx.ban()` have found out about the bans of clients. It is believed for a second: until then, a
 * report that would not count and a ban that would be no longer need not ask the store.
 */
export class ReportedBans {
	/** Those that the fallback knows, too: a ban that is not asked for must hold when the store fails. */
	readonly #known: BelievedBans;
	/** Those during which no report counts. */
	readonly #ignoringReports: BelievedBans;

	/** @param clock milliseconds, from any origin */
	constructor(changes: Changes, clock: () => number) {
		this.#known = new BelievedBans(changes, clock);
		this.#ignoringReports = new BelievedBans(changes, clock);
	}

	learnReport(client: string, {reports, banEndsInMs, begunForMs}: ReportOutcome): void {
		if (begunForMs !== undefined) {
			this.#known.learn(client, begunForMs);
		}

		const isIgnoring = reports === 0 || begunForMs !== undefined;
		if (banEndsInMs !== undefined && isIgnoring) {
			this.#ignoringReports.learn(client, banEndsInMs);
		}
	}

	learnBan(client: string, {banEndsInMs}: BanOutcome): void {
		this.#known.learn(client, banEndsInMs);
	}

	/** Milliseconds until the client's ban ends, if it is known to be banned. */
	endsInMs(client: string): number | undefined {
		return this.#known.endsInMs(client);
	}

	/** The outcome of one more report, if it is known not to count. */
	outcome(client: string): ReportOutcome | undefined {
		const ignoring = this.#ignoringReports.endsInMs(client);
		const known = this.#known.endsInMs(client) ?? 0;

		return ignoring === undefined
			? undefined
			: {reports: 0, banEndsInMs: Math.max(ignoring, known)};
	}
}
