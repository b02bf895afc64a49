import {RecentMap} from '../../collections/recent-map.ts';
import type {ReportOutcome} from '../ban-records.ts';
import type {Changes} from '../changes.ts';

/** How many clients are remembered. */
const MAX_CLIENTS = 10_000;

/** Milliseconds for which a ban is believed. Another process may end it. */
const BELIEVED_FOR = 1000;

interface ReportedBan {
	readonly endsAt: number;
	readonly at: number;
	readonly version: number;
}

/**
 * Remembers for a second which clients a report or a `ctx.ban()` found banned. Reports do not count during a ban, and
 * a ban that ends later stays, so that more of them need not ask the store.
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

	learn(client: string, {banEndsInMs}: ReportOutcome): void {
		if (banEndsInMs !== undefined) {
			const now = this.#clock();
			const {version} = this.#changes;
			this.#bans.set(client, {endsAt: now + banEndsInMs, at: now, version});
		}
	}

	/** The outcome of one more report, if the client is known to be banned. */
	find(client: string): ReportOutcome | undefined {
		const ban = this.#bans.get(client);
		if (ban === undefined || this.#changes.hasOperatorChanged(client, ban.version)) {
			return undefined;
		}

		const now = this.#clock();
		const isBelieved = now >= ban.at && now - ban.at < BELIEVED_FOR && now < ban.endsAt;
		return isBelieved ? {reports: 0, banEndsInMs: ban.endsAt - now} : undefined;
	}
}
