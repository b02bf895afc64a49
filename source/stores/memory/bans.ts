import {ExpiringMap} from '../../collections/expiring-map.ts';
import type {StoredBan} from '../ban-records.ts';
import type {Banned} from '../verdict.ts';

/** How many bans are listed before other work may run. */
const PAGE = 1000;

/** What is known of a ban, besides when it ends. */
interface BanNote {
	readonly reason?: string | undefined;
	/** Which of the client's remembered bans it is, under escalation. */
	readonly strike?: number | undefined;
}

const noNote: BanNote = {};

/** How long a ban lasts, and why. */
export interface BanTerms extends BanNote {
	/** Milliseconds, or Infinity. */
	readonly duration: number;
}

/**
 * The bans, by client. Bans by reports and bans by hand are kept apart. If there are too many of either, a new
 * ban replaces the one that began first. Not the one that ends first: two clients with short bans would evict
 * each other's.
 */
export class Bans {
	readonly #byReports: ExpiringMap<BanNote>;
	readonly #byHand: ExpiringMap<BanNote>;

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
	begin(client: string, by: StoredBan['by'], ban: BanTerms, now: number): boolean {
		const {duration, reason, strike} = ban;
		const [own, other] =
			by === 'hand' ? [this.#byHand, this.#byReports] : [this.#byReports, this.#byHand];
		other.delete(client);

		// Many bans have neither, and an object for each would take memory.
		const note = reason === undefined && strike === undefined ? noNote : {reason, strike};
		return own.set(client, note, now + duration, now) !== undefined;
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
		const {value, until} = ban;
		const {reason} = value;
		return {kind: 'banned', by, ...(reason !== undefined && {reason}), endsInMs: until - now};
	}

	/** The ban in force as it is listed, if any. */
	listed(client: string, now: number): StoredBan | undefined {
		const ban = this.find(client, now);
		if (ban === undefined) {
			return undefined;
		}

		const {kind: _, ...shown} = ban;
		const strike = this.#strikeOf(client, now);
		return {client, ...shown, ...(strike !== undefined && {strike})};
	}

	/** Which of the client's remembered bans the one in force is, under escalation. */
	#strikeOf(client: string, now: number): number | undefined {
		return this.#byReports.get(client, now)?.value.strike;
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
				const ban = this.listed(client, now);
				if (ban) {
					page.push(ban);
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
