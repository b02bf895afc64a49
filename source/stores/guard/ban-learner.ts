import type {BanOutcome, NewBan, ReportOutcome} from '../ban-records.ts';
import type {Changes} from '../changes.ts';
import {originOf} from '../deciding/bans.ts';
import type {MemoryStore} from '../memory/memory-store.ts';
import type {AdmitOptions} from '../verdict.ts';
import type {GuardedVerdict} from './failure-policy.ts';
import type {UntakenBans} from './untaken-bans.ts';

/** Milliseconds. Ends that are no further apart may be those of the same ban: a reply takes time. */
const MAX_DELAY = 1000;

/** Where bans are kept for when the store fails. */
type Kept = Pick<MemoryStore, 'clientBan' | 'learnBan' | 'learnBanInForce' | 'endBan'> & {
	readonly changes: Changes;
	readonly untaken: UntakenBans;
};

/** Learns from the replies of a store which clients are banned there. Each `version` is that of `changes` when it was asked. */
export class BanLearner {
	readonly #kept: Kept;

	constructor(kept: Kept) {
		this.#kept = kept;
	}

	verdict(client: string, verdict: GuardedVerdict, {immune}: AdmitOptions, version: number): void {
		const kept = this.#kept;
		if (kept.changes.hasChanged(client, version)) {
			return;
		}

		if (verdict.kind !== 'banned') {
			if (!immune) {
				kept.endBan(client);
			}

			return;
		}

		const {by, endsInMs: duration, reason} = verdict;
		const known = kept.clientBan(client);
		const isKnown = by === 'hand' && known?.by === by && isSameEnd(known.endsInMs, duration);
		if (!isKnown) {
			kept.learnBanInForce(client, by, {duration, reason});
		}
	}

	/** The outcome of a report. */
	report(
		client: string,
		{banEndsInMs, begunForMs}: ReportOutcome,
		reason: string | undefined,
		version: number,
	): void {
		const {changes} = this.#kept;
		if (!changes.hasOperatorChanged(client, version)) {
			if (begunForMs !== undefined) {
				this.#kept.learnBan(client, 'reports', {duration: begunForMs, reason});
			} else if (banEndsInMs !== undefined) {
				this.#end(client, banEndsInMs);
			}
		}

		// A verdict that was asked for before the report says nothing of a ban that it began.
		changes.recordReport(client);
	}

	/** The outcome of a trap's ban. An earlier ban that ends later has stayed. */
	trap(client: string, ban: NewBan, {banEndsInMs}: BanOutcome, version: number): void {
		const {changes, untaken} = this.#kept;
		if (!changes.hasOperatorChanged(client, version)) {
			untaken.replace(client, {...ban, duration: banEndsInMs});
			if (banEndsInMs > ban.duration) {
				this.#end(client, banEndsInMs);
			} else {
				this.#kept.learnBan(client, originOf(ban), ban);
			}
		}

		// A report that the ban overtakes may begin another beside it: its outcome is still learned.
		changes.recordReport(client);
	}

	/** The client has a ban in the store. Unless it is known here, another process has begun it. */
	#end(client: string, endsInMs: number): void {
		const known = this.#kept.clientBan(client)?.endsInMs ?? -Infinity;
		if (known < endsInMs && !isSameEnd(known, endsInMs)) {
			this.#kept.learnBan(client, 'hand', {duration: endsInMs});
		}
	}
}

function isSameEnd(one: number, other: number): boolean {
	return one === other || Math.abs(one - other) <= MAX_DELAY;
}
