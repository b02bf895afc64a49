import {ignoreRejection} from '../../maybe-promise.ts';
import type {BanOutcome, NewBan, ReportOutcome} from '../ban-records.ts';
import type {Rule} from '../rule.ts';
import type {Store} from '../store.ts';
import type {AdmitOptions, Banned, Verdict} from '../verdict.ts';
import {readVerdict} from './check-reply.ts';
import type {FallbackStore} from './fallback-store.ts';
import type {ReportedBans} from './reported-bans.ts';

const noRules: readonly Rule[] = [];
const notImmune: AdmitOptions = {};

/** What this process knows of a client without asking the store. */
export class Known {
	readonly #source: Store;
	readonly #fallback: FallbackStore;
	readonly #reportedBans: ReportedBans;

	constructor(source: Store, fallback: FallbackStore, reportedBans: ReportedBans) {
		this.#source = source;
		this.#fallback = fallback;
		this.#reportedBans = reportedBans;
	}

	/** The ban of a range, one that the store has not taken, or what the store remembers. */
	verdict(client: string, rules: readonly Rule[], options: AdmitOptions): Verdict | undefined {
		const ban = options.immune
			? undefined
			: (this.#fallback.rangeBan(client) ?? this.#fallback.begun.find(client));

		return ban ?? this.#recall(client, rules, options);
	}

	/** The client's ban, if it is known here. */
	ban(client: string): Banned | undefined {
		const verdict = this.verdict(client, noRules, notImmune);

		return verdict?.kind === 'banned' ? verdict : undefined;
	}

	/** The outcome of a ban that a longer one, which is known here, leaves as it is. */
	banOutcome(client: string, {duration, isTrap}: NewBan): BanOutcome | undefined {
		const banEndsInMs =
			this.#fallback.begun.find(client)?.endsInMs ?? this.#reportedBans.endsInMs(client) ?? 0;

		return isTrap && banEndsInMs >= duration ? {banEndsInMs} : undefined;
	}

	/** The outcome of a report during a ban that is known here, if it does not count. */
	outcome(client: string): ReportOutcome | undefined {
		const ban = this.#fallback.rangeBan(client) ?? this.#fallback.begun.ignoringReports(client);

		return ban ? {reports: 0, banEndsInMs: ban.endsInMs} : this.#reportedBans.outcome(client);
	}

	/** What the store remembers. That involves no server, so that it says nothing of the server's health. */
	#recall(client: string, rules: readonly Rule[], options: AdmitOptions): Verdict | undefined {
		try {
			const known: unknown = this.#source.recall?.(client, rules, options);
			ignoreRejection(known);
			return known === undefined ? undefined : readVerdict(known, rules);
		} catch {
			return undefined;
		}
	}
}
