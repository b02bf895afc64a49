import type {SettledBanRule} from '../../options/rules.ts';
import {Changes} from '../changes.ts';
import {Bans} from '../memory/bans.ts';
import {MemoryStore} from '../memory/memory-store.ts';
import type {Banned, NewBan, Report, ReportOutcome, Store} from '../store.ts';
import {timeOf} from '../time-of.ts';

/** How many bans that began here are remembered: of each kind. */
const MAX_BEGUN = 100_000;

/**
 * Decides in this process while a store fails. It has the bans that the store has told of, and apart from
 * them those that began here, since the store did not take them or their reports. These hold until they
 * end or an operator ends them, whatever the store says.
 *
 * There is one for all gates on a store: what an operator does at one of them holds at the others.
 */
export class FallbackStore extends MemoryStore {
	/** What operators have changed. */
	readonly changes = new Changes();
	/** Until when gates under `'closed'` refuse all: the store has not taken a report or a ban. */
	closedUntil = -Infinity;
	readonly #begun = new Bans(MAX_BEGUN);
	#gates = 0;

	/** Another gate uses it. */
	open(): void {
		this.#gates += 1;
	}

	override report(client: string, banRule: SettledBanRule, report: Report): ReportOutcome {
		const outcome = super.report(client, banRule, report);
		const {reports, banEndsInMs} = outcome;
		if (reports > 0 && banEndsInMs !== undefined) {
			this.#begin(client, 'reports', banEndsInMs, report.reason);
		}

		return outcome;
	}

	/** A ban by hand that the store has not taken. */
	override ban(client: string, ban: NewBan): void {
		super.ban(client, ban);
		this.#begin(client, 'hand', ban.duration, ban.reason);
	}

	/** A ban by hand that the store has taken, in place of any. */
	replaceBan(client: string, {duration, reason}: NewBan): void {
		this.#begun.end(client);
		this.learnBan(client, 'hand', duration, reason);
	}

	/** A client's ban that began here: the store knows nothing of it. */
	begunBan(client: string): Banned | undefined {
		return this.#begun.isEmpty ? undefined : this.#begun.find(client, this.clock());
	}

	override unban(client: string): void {
		this.#begun.end(client);
		super.unban(client);
	}

	/** Forgets everything once the last gate is closed. */
	override close(): void {
		this.#gates -= 1;
		if (this.#gates <= 0) {
			this.#begun.clear();
			super.close();
		}
	}

	#begin(client: string, by: Banned['by'], duration: number, reason: string | undefined): void {
		const now = this.clock();
		this.#begun.begin(client, by, reason, now + duration, now);
	}
}

const fallbacks = new WeakMap<Store, FallbackStore>();

export function fallbackOf(store: Store): FallbackStore {
	const fallback = fallbacks.get(store) ?? new FallbackStore({clock: () => timeOf(store)});
	fallbacks.set(store, fallback);
	fallback.open();
	return fallback;
}
