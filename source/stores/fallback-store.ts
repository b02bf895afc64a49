import {ExpiringMap} from '../expiring-map.ts';
import type {SettledBanRule} from '../rules.ts';
import {Changes} from './changes.ts';
import {MemoryStore} from './memory/memory-store.ts';
import {type Banned, type Report, type ReportOutcome, type Store, timeOf} from './store.ts';

/** How many bans that began here are remembered as such. */
const MAX_BEGUN = 100_000;

/**
 * Decides in this process while a store fails. It knows the bans that the store has told of, for those are
 * all that the store's word may end: a ban that began here, since the store did not take it or its reports,
 * holds until it ends or an operator ends it.
 */
export class FallbackStore extends MemoryStore {
	/** What operators have changed, at whichever gate. */
	readonly changes = new Changes();
	readonly #begun = new ExpiringMap<undefined>(MAX_BEGUN);

	override report(client: string, banRule: SettledBanRule, report: Report): ReportOutcome {
		const outcome = super.report(client, banRule, report);
		const {reports, banEndsInMs} = outcome;
		if (reports > 0 && banEndsInMs !== undefined) {
			this.#hasBegun(client, banEndsInMs);
		}

		return outcome;
	}

	override ban(client: string, ban: {duration: number; reason?: string}): void {
		super.ban(client, ban);
		this.#hasBegun(client, ban.duration);
	}

	/** A client's ban, if it began here: the store knows nothing of it. */
	begunBan(client: string): Banned | undefined {
		if (this.#begun.size === 0 || this.#begun.get(client, this.clock()) === undefined) {
			return undefined;
		}

		const verdict = this.admit(client, []);
		return verdict.kind === 'banned' ? verdict : undefined;
	}

	override learnBan(client: string, by: Banned['by'], endsInMs: number, reason?: string): void {
		this.#begun.delete(client);
		super.learnBan(client, by, endsInMs, reason);
	}

	override endBan(client: string): void {
		if (this.#begun.get(client, this.clock()) === undefined) {
			super.endBan(client);
		}
	}

	override unban(client: string): void {
		this.#begun.delete(client);
		super.unban(client);
	}

	override close(): void {
		this.#begun.clear();
		super.close();
	}

	#hasBegun(client: string, duration: number): void {
		const now = this.clock();
		this.#begun.set(client, undefined, now + duration, now);
	}
}

const fallbacks = new WeakMap<Store, FallbackStore>();

/** One for all gates on a store: what an operator does at one of them holds at the others. */
export function fallbackOf(store: Store): FallbackStore {
	const fallback = fallbacks.get(store) ?? new FallbackStore({clock: () => timeOf(store)});
	fallbacks.set(store, fallback);
	return fallback;
}
