import type {NewBan, StoredBan} from '../ban-records.ts';
import type {Banned} from '../verdict.ts';
import type {ExpiringEntries} from './expiring-entries.ts';

/** What is known of a ban, besides when it ends. */
export interface BanNote {
	readonly reason?: string | undefined;
	/** Which of the client's remembered bans it is, under escalation. */
	readonly strike?: number | undefined;
	/** Set for a ban by hand if it may be an operator's: no report counts during it. */
	readonly mayBeOperators?: true;
}

const noNote: BanNote = {};

/** How long a ban lasts, and why. */
export interface BanTerms extends Omit<BanNote, 'mayBeOperators'> {
	/** Milliseconds, or Infinity. */
	readonly duration: number;
}

/**
 * What began a ban:
 *
 * - `'reports'`: enough reports
 * - `'trap'`: `ctx.ban()`, which requests cause
 * - `'operator'`: `gate.ban()`
 * - `'hand'`: one of these two; the store that has the ban does not tell which
 */
export type BanOrigin = 'reports' | 'trap' | 'operator' | 'hand';

/** What began a ban by hand. */
export function originOf({isTrap}: NewBan): BanOrigin {
	return isTrap ? 'trap' : 'operator';
}

/** The bans of each origin. Those of which only `'hand'` is known are among those of traps. */
export type BanTables<Table extends ExpiringEntries<BanNote> = ExpiringEntries<BanNote>> = Readonly<
	Record<Exclude<BanOrigin, 'hand'>, Table>
>;

/**
 * The bans, by client. Each origin has room of its own: no number of reports or trap hits ends an operator's bans. If
 * there are too many of one origin, a new ban replaces the one that began first. Not the one that ends first: two
 * clients with short bans would evict each other's.
 */
export class Bans {
	readonly #byReports: ExpiringEntries<BanNote>;
	readonly #byTraps: ExpiringEntries<BanNote>;
	readonly #byOperators: ExpiringEntries<BanNote>;
	readonly #tables: ReadonlyArray<ExpiringEntries<BanNote>>;

	constructor({reports, trap, operator}: BanTables) {
		this.#byReports = reports;
		this.#byTraps = trap;
		this.#byOperators = operator;
		this.#tables = [reports, trap, operator];
	}

	/**
	 * Begins a ban. An operator's ends the client's others. A trap's that replaces an operator's is kept as an operator's:
	 * no trap hit of other clients pushes it out, and no report counts. Otherwise a trap's and one by reports stand beside
	 * each other.
	 *
	 * @returns whether it replaced another client's ban that was in force
	 */
	begin(client: string, origin: BanOrigin, ban: BanTerms, now: number): boolean {
		const {duration} = ban;
		const own = this.#tableFor(client, origin, now);
		const isOperators = own === this.#byOperators;
		for (const table of this.#tables) {
			if (table !== own && (isOperators || table === this.#byOperators)) {
				table.delete(client);
			}
		}

		return own.set(client, noteOf(origin, ban), now + duration, now) !== undefined;
	}

	/** Takes over the ban that another store applies. A longer one beside it has ended there, or it would apply. */
	beginInForce(client: string, origin: BanOrigin, ban: BanTerms, now: number): void {
		const beside = origin === 'reports' ? this.#byTraps : this.#byReports;
		if ((beside.get(client, now)?.until ?? -Infinity) >= now + ban.duration) {
			beside.delete(client);
		}

		this.begin(client, origin, ban, now);
	}

	/** The ban in force, if any: of two, the one that ends later. */
	find(client: string, now: number): Banned | undefined {
		return this.isEmpty ? undefined : this.#findAny(client, now);
	}

	/**
	 * Whether the client has a ban during which no report counts. During a trap's ban alone, reports count: a client must
	 * not hide its guesses behind a short ban.
	 */
	ignoresReports(client: string, now: number): boolean {
		return (
			this.#byReports.get(client, now) !== undefined ||
			this.#byOperators.get(client, now) !== undefined ||
			this.#byTraps.get(client, now)?.value.mayBeOperators === true
		);
	}

	/** Whether there is no ban, not even one that has ended. */
	get isEmpty(): boolean {
		// Every admission asks this.
		return this.#byReports.size === 0 && this.#byTraps.size === 0 && this.#byOperators.size === 0;
	}

	#findAny(client: string, now: number): Banned | undefined {
		const byHand = this.#byOperators.get(client, now) ?? this.#byTraps.get(client, now);
		const byReports = this.#byReports.get(client, now);
		const isByHand = byHand !== undefined && byHand.until >= (byReports?.until ?? -Infinity);
		const ban = isByHand ? byHand : byReports;
		if (ban === undefined) {
			return undefined;
		}

		const by = isByHand ? 'hand' : 'reports';
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
		const strike = shown.by === 'reports' ? this.#strikeOf(client, now) : undefined;
		return {client, ...shown, ...(strike !== undefined && {strike})};
	}

	/** Which of the client's remembered bans the one in force is, under escalation. */
	#strikeOf(client: string, now: number): number | undefined {
		return this.#byReports.get(client, now)?.value.strike;
	}

	end(client: string): void {
		for (const table of this.#tables) {
			table.delete(client);
		}
	}

	#tableFor(client: string, origin: BanOrigin, now: number): ExpiringEntries<BanNote> {
		if (origin === 'reports') {
			return this.#byReports;
		}

		const isOperators = origin === 'operator' || this.#byOperators.get(client, now) !== undefined;
		return isOperators ? this.#byOperators : this.#byTraps;
	}
}

/** Most bans have nothing to note. They share one object, since one for each would take memory. */
function noteOf(origin: BanOrigin, {reason, strike}: BanTerms): BanNote {
	if (origin === 'hand') {
		return {reason, mayBeOperators: true};
	}

	return reason === undefined && strike === undefined ? noNote : {reason, strike};
}
