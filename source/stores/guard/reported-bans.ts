import {RecentMap} from '../../collections/recent-map.ts';
import type {BanOutcome, ReportOutcome} from '../ban-records.ts';
import type {Changes} from '../changes.ts';

/** How many clients are remembered. */
const MAX_CLIENTS = 10_000;

/** Milliseconds for which a ban is believed. Another process may end it. */
const BELIEVED_FOR = 1000;

interface ReportedBan {
	readonly endsAt: number;
	/** When it was learned. */
	readonly at: number;
	/** When it was last learned that no report counts during it; -Infinity if reports may count. */
	readonly ignoredReportAt: number;
	readonly version: number;
}

/**
 * Remembers for a second which clients a report or a `ctx.ban()` found banned. A ban that ends later than a new one
 * stays, and reports do not count during most bans, so that more of them need not ask the store.
 */
export class ReportedBans {
	readonly #changes: Changes;
	readonly #clock: () => number;
	readonly #bans = new RecentMap<ReportedBan>(MAX_CLIENTS);

	/** @param clock milliseconds, from any origin */
	constructor(changes: Changes, clock: () => number) {
		this.#changes = changes;
		this.#clock = clock;
	}

	learnReport(client: string, {banEndsInMs, isTrapped}: ReportOutcome): void {
		if (banEndsInMs !== undefined) {
			this.#learn(client, banEndsInMs, isTrapped ? -Infinity : this.#clock());
		}
	}

	/** A trap's ban, or a longer one of which nobody knows here what began it: reports may count during it. */
	learnBan(client: string, {banEndsInMs}: BanOutcome): void {
		// A ban by reports stands behind a trap's.
		this.#learn(client, banEndsInMs, this.#find(client)?.ignoredReportAt ?? -Infinity);
	}

	/** Milliseconds until the client's ban ends, if it is known to be banned. */
	endsInMs(client: string): number | undefined {
		const ban = this.#find(client);

		return ban && ban.endsAt - ban.now;
	}

	/** The outcome of one more report, if it is known not to count. */
	outcome(client: string): ReportOutcome | undefined {
		const ban = this.#find(client);

		return ban && ban.now - ban.ignoredReportAt < BELIEVED_FOR
			? {reports: 0, banEndsInMs: ban.endsAt - ban.now}
			: undefined;
	}

	#learn(client: string, banEndsInMs: number, ignoredReportAt: number): void {
		const at = this.#clock();
		const {version} = this.#changes;
		this.#bans.set(client, {endsAt: at + banEndsInMs, at, ignoredReportAt, version});
	}

	/** The client's ban, if it is believed now. */
	#find(client: string): (ReportedBan & {readonly now: number}) | undefined {
		const ban = this.#bans.get(client);
		if (ban === undefined || this.#changes.hasOperatorChanged(client, ban.version)) {
			return undefined;
		}

		const now = this.#clock();
		const isBelieved = now >= ban.at && now - ban.at < BELIEVED_FOR && now < ban.endsAt;
		return isBelieved ? {...ban, now} : undefined;
	}
}
