import type {NewBan, StoredBan} from '../ban-records.ts';
import type {Banned} from '../verdict.ts';
import type {ExpiringEntries} from './expiring-entries.ts';

/** What is known of a ban, besides when it ends. */
export interface BanNote {
	readonly reason?: string | undefined;
	/** Which of the client's remembered bans it is, under escalation. */
	readonly strike?: number | undefined;
	/** Set for a ban by hand if an operator may have begun it elsewhere: no report counts during it, as though one had. */
	readonly mayBeOperators?: boolean | undefined;
}

const noNote: BanNote = {};

/** How long a ban lasts, and why. */
export interface BanTerms extends BanNote {
	/** Milliseconds, or Infinity. */
	readonly duration: number;
}

/**
 * What began a ban:
 *
 * - `'reports'`: enough reports
 * - `'trap'`: `ctx.ban()`, which requests cause; or a ban by hand in another process, of which nobody knows here what
 *   began it
 * - `'operator'`: `gate.ban()` in this process
 */
export type BanOrigin = 'reports' | 'trap' | 'operator';

/** What began a ban by hand. */
export function originOf({isTrap}: NewBan): BanOrigin {
	return isTrap ? 'trap' : 'operator';
}

/** The bans of each origin. */
export type BanTables<Table extends ExpiringEntries<BanNote> = ExpiringEntries<BanNote>> = Readonly<
	Record<BanOrigin, Table>
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
	 * Begins a ban. An operator's takes the place of all others. A trap's takes the place of an operator's: elsewhere, other
	 * trap hits could end it before the operator's would have ended. A trap's and one by reports stay beside each other,
	 * since each has room of its own.
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

		return own.set(client, noteOf(ban), now + duration, now) !== undefined;
	}

	/** Begins a ban that is in force elsewhere: one that would apply in its place has ended there. */
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
	 * The ban in force, if reports do not count during it. During the ban of a trap they do: a client must not shield what
	 * it is about to be reported for by getting itself a short ban.
	 */
	ignoringReports(client: string, now: number): Banned | undefined {
		const trap = this.#byTraps.get(client, now)?.value;
		const countsReports =
			trap && !trap.mayBeOperators && this.#byReports.get(client, now) === undefined;

		return countsReports ? undefined : this.find(client, now);
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

/** Many bans have none, and an object for each would take memory. */
function noteOf({reason, strike, mayBeOperators}: BanNote): BanNote {
	if (mayBeOperators) {
		return {reason, mayBeOperators};
	}

	return reason === undefined && strike === undefined ? noNote : {reason, strike};
}
