import {ExpiringMap} from '../../collections/expiring-map.ts';
import type {Banned, StoredBan} from '../store.ts';

/** How many bans are listed before other work may run. */
const PAGE = 1000;

type Reason = string | undefined;

/** How long a ban lasts, and why. */
export interface BanTerms {
	/** Milliseconds, or Infinity. */
	readonly duration: number;
	readonly reason?: Reason;
}

/**
 * The bans, by client. Bans by reports and manual bans are kept apart. If there are too many of either, a new
 * ban replaces the one that began first. Not the one that ends first: two clients with short bans would evict
 * each other's.
 */
export class Bans {
	readonly #byReports: ExpiringMap<Reason>;
	readonly #byHand: ExpiringMap<Reason>;

	/** @param max the most bans of each kind */
	constructor(max: number) {
		this.#byReports = new ExpiringMap(max);
		this.#byHand = new ExpiringMap(max);
	}

	/**
	 * Begins a ban, in place of any that the client has.
	 *
	 * @returns whether it replaced another client's ban that was in force
	 */
	begin(client: string, by: StoredBan['by'], {duration, reason}: BanTerms, now: number): boolean {
		const [own, other] =
			by === 'hand' ? [this.#byHand, this.#byReports] : [this.#byReports, this.#byHand];
		other.delete(client);

		return own.set(client, reason, now + duration, now) !== undefined;
	}

	/** The ban in force, if any. */
	find(client: string, now: number): Banned | undefined {
		return this.isEmpty ? undefined : this.#findAny(client, now);
	}

	/** Whether there is no ban, not even one that has ended. */
	get isEmpty(): boolean {
		return this.#byReports.size === 0 && this.#byHand.size === 0;
	}

	#findAny(client: string, now: number): Banned | undefined {
		const byHand = this.#byHand.get(client, now);
		const ban = byHand ?? this.#byReports.get(client, now);
		if (ban === undefined) {
			return undefined;
		}

		const by = byHand ? 'hand' : 'reports';
		const {value: reason, until} = ban;
		return {kind: 'banned', by, ...(reason !== undefined && {reason}), endsInMs: until - now};
	}

	end(client: string): void {
		this.#byReports.delete(client);
		this.#byHand.delete(client);
	}

	/** The bans in force, page by page: of those that were there at the first page. */
	*list(clock: () => number): Generator<readonly StoredBan[]> {
		const clients = [...this.#byReports.keys(), ...this.#byHand.keys()];
		for (let from = 0; from < clients.length; from += PAGE) {
			const now = clock();
			const page: StoredBan[] = [];
			for (const client of clients.slice(from, from + PAGE)) {
				const ban = this.find(client, now);
				if (ban) {
					const {kind: _, ...shown} = ban;
					page.push({client, ...shown});
				}
			}

			yield page;
		}
	}

	/** Removes some of the bans that have ended. No call takes long. */
	removeEnded(now: number): void {
		this.#byReports.removeExpired(now);
		this.#byHand.removeExpired(now);
	}

	clear(): void {
		this.#byReports.clear();
		this.#byHand.clear();
	}
}
