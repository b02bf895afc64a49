import {ignoreRejection} from '../../maybe-promise.ts';
import {type BanOutcome, leavesInForce, type NewBan, type ReportOutcome} from '../ban-records.ts';
import type {Rule} from '../rule.ts';
import type {Store} from '../store.ts';
import type {AdmitOptions, Banned, Verdict} from '../verdict.ts';
import {checkedVerdict} from './check-reply.ts';
import type {FallbackStore} from './fallback-store.ts';
import type {RecentOutcomes} from './recent-outcomes.ts';

const noRules: readonly Rule[] = [];
const notImmune: AdmitOptions = {};

/** What this process knows of a client without asking the store. */
export class Known {
	readonly #source: Store;
	readonly #fallback: FallbackStore;
	readonly #recent: RecentOutcomes;

	constructor(source: Store, fallback: FallbackStore, recent: RecentOutcomes) {
		this.#source = source;
		this.#fallback = fallback;
		this.#recent = recent;
	}

	/** The ban of a range, one that the store has not taken, or what the store remembers. */
	verdict(client: string, rules: readonly Rule[], options: AdmitOptions): Verdict | undefined {
		const ban = options.immune
			? undefined
			: (this.#fallback.rangeBan(client) ?? this.#fallback.untaken.find(client));

		return ban ?? this.#recall(client, rules, options);
	}

	/** The client's ban, if it is known here. */
	ban(client: string): Banned | undefined {
		const verdict = this.verdict(client, noRules, notImmune);

		return verdict?.kind === 'banned' ? verdict : undefined;
	}

	/** The outcome of a ban that a longer one, which is known here, leaves as it is. */
	banOutcome(client: string, ban: NewBan): BanOutcome | undefined {
		const banEndsInMs = this.#banEndsInMs(client);

		return leavesInForce(ban, banEndsInMs) ? {banEndsInMs} : undefined;
	}

	/** The outcome of a report during a ban that is known here, if it does not count. */
	outcome(client: string): ReportOutcome | undefined {
		const range = this.#fallback.rangeBan(client);
		if (range) {
			return {reports: 0, banEndsInMs: range.endsInMs};
		}

		const isIgnored =
			this.#fallback.untaken.ignoresReports(client) || this.#recent.ignoresReports(client);
		// The ban may end in between.
		const banEndsInMs = this.#banEndsInMs(client);
		return isIgnored && banEndsInMs > 0 ? {reports: 0, banEndsInMs} : undefined;
	}

	/** Milliseconds until the client's own ban ends, as far as it is known here; 0 without one. */
	#banEndsInMs(client: string): number {
		const {untaken} = this.#fallback;

		return Math.max(untaken.endsInMs(client) ?? 0, this.#recent.banEndsInMs(client));
	}

	/** Lets the store remember that a request of the client was refused. */
	noteRefused(client: string): void {
		try {
			ignoreRejection(this.#source.noteRefused?.(client));
		} catch {
			// It only asks more often.
		}
	}

	/** What the store remembers. That involves no server, so that it says nothing of the server's health. */
	#recall(client: string, rules: readonly Rule[], options: AdmitOptions): Verdict | undefined {
		try {
			const known: unknown = this.#source.recall?.(client, rules, options);
			ignoreRejection(known);
			return known === undefined ? undefined : checkedVerdict(known, rules);
		} catch {
			return undefined;
		}
	}
}
