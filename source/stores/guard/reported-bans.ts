import {RecentMap} from '../../collections/recent-map.ts';
import type {BanOutcome, ReportOutcome} from '../ban-records.ts';
import type {Changes} from '../changes.ts';

/** How many clients are remembered. */
const MAX_CLIENTS = 10_000;

/** Milliseconds for which a ban is believed. Another process may end it. */
const BELIEVED_FOR = 1000;

interface ReportedBan {
	readonly endsAt: number;
	readonly ignoresReports: boolean;
	readonly at: number;
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

	learnReport(client: string, {banEndsInMs, isTrapped = false}: ReportOutcome): void {
		if (banEndsInMs !== undefined) {
			this.#learn(client, banEndsInMs, !isTrapped);
		}
	}

	/** A trap's ban, or a longer one of which nobody knows here what began it: reports may count during it. */
	learnBan(client: string, {banEndsInMs}: BanOutcome): void {
		this.#learn(client, banEndsInMs, false);
	}

	/** Milliseconds until the client's ban ends, if it is known to be banned. */
	endsInMs(client: string): number | undefined {
		return this.#find(client)?.endsInMs;
	}

	/** The outcome of one more report, if it is known not to count. */
	outcome(client: string): ReportOutcome | undefined {
		const {ignoresReports = false, endsInMs = 0} = this.#find(client) ?? {};

		return ignoresReports ? {reports: 0, banEndsInMs: endsInMs} : undefined;
	}

	#learn(client: string, banEndsInMs: number, ignoresReports: boolean): void {
		const at = this.#clock();
		const {version} = this.#changes;
		this.#bans.set(client, {endsAt: at + banEndsInMs, ignoresReports, at, version});
	}

	#find(client: string): {ignoresReports: boolean; endsInMs: number} | undefined {
		const ban = this.#bans.get(client);
		if (ban === undefined || this.#changes.hasOperatorChanged(client, ban.version)) {
			return undefined;
		}

		const {endsAt, ignoresReports, at} = ban;
		const now = this.#clock();
		const isBelieved = now >= at && now - at < BELIEVED_FOR && now < endsAt;
		return isBelieved ? {ignoresReports, endsInMs: endsAt - now} : undefined;
	}
}
