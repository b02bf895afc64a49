import {
	type BanOutcome,
	leavesInForce,
	type NewBan,
	type Report,
	type ReportOutcome,
} from '../ban-records.ts';
import type {SettledBanRule} from '../rule.ts';
import {type BanOrigin, type Bans, type BanTerms, originOf} from './bans.ts';
import type {Counts} from './counts.ts';
import type {Strikes} from './strikes.ts';

interface Kept {
	readonly bans: Bans;
	readonly strikes: Strikes;
	readonly counts: Counts;
	/** Called when a ban replaces another client's, since there are too many. */
	readonly onFull: () => void;
}

/** Begins and ends the bans of clients, with what that does to their reports and strikes. */
export class ClientBans {
	readonly #kept: Kept;

	constructor(kept: Kept) {
		this.#kept = kept;
	}

	/** Counts a report of a client, unless a ban is in force during which none count. */
	report(
		client: string,
		banRule: SettledBanRule,
		{weight, reason}: Report,
		now: number,
	): ReportOutcome {
		const {bans, counts, strikes} = this.#kept;
		const ban = bans.find(client, now);
		if (ban && bans.ignoresReports(client, now)) {
			return {reports: 0, banEndsInMs: ban.endsInMs};
		}

		const reports = counts.report(client, banRule, weight, now);
		if (reports < banRule.count) {
			return ban ? {reports, banEndsInMs: ban.endsInMs} : {reports};
		}

		const {duration, ...strike} = strikes.next(client, banRule, now);
		counts.spendReports(client, banRule);
		this.#begin(client, 'reports', {duration, ...strike, reason}, now);
		const banEndsInMs = Math.max(duration, ban?.endsInMs ?? 0);
		return {reports, banEndsInMs, begunForMs: duration, ...strike};
	}

	/** Bans a client by hand. */
	ban(client: string, ban: NewBan, now: number): BanOutcome {
		const earlier = this.#kept.bans.find(client, now);
		if (earlier && leavesInForce(ban, earlier.endsInMs)) {
			return {banEndsInMs: earlier.endsInMs};
		}

		if (!ban.isTrap) {
			this.#kept.counts.forgetReports(client);
		}

		this.#begin(client, originOf(ban), ban, now);
		return {banEndsInMs: ban.duration};
	}

	unban(client: string): void {
		const {bans, strikes, counts} = this.#kept;
		bans.end(client);
		strikes.forget(client);
		counts.forgetReports(client);
	}

	#begin(client: string, origin: BanOrigin, ban: BanTerms, now: number): void {
		const {bans, onFull} = this.#kept;
		if (bans.begin(client, origin, ban, now)) {
			onFull();
		}
	}
}
