/** A ban by hand. */
export interface NewBan {
	/** Milliseconds, or Infinity. */
	readonly duration: number;
	readonly reason?: string;
	/**
	 * Whether it is the ban of a trap, by `ctx.ban()`, which requests cause. A ban in force that does not end earlier stays
	 * as it is. A client must gain nothing by getting itself a short ban: its reports stay, and those during the ban count.
	 * A bounded store must keep these bans from pushing out those of operators.
	 *
	 * @default false
	 */
	readonly isTrap?: boolean;
}

/** Whether a new ban leaves the one in force, which ends in so many milliseconds, as it is. */
export function leavesInForce({isTrap, duration}: NewBan, endsInMs = 0): boolean {
	return isTrap === true && endsInMs >= duration;
}

/** A ban of a range of addresses: always in place of any that the range has. */
export type RangeBan = Omit<NewBan, 'isTrap'>;

export interface BanOutcome {
	/** Time until the client's ban ends; Infinity for an endless ban. */
	readonly banEndsInMs: number;
}

export interface Report {
	/** How many reports this one counts for: a whole number above 0. */
	readonly weight: number;
	/** Stored with the ban, if this report begins one. */
	readonly reason?: string;
}

export interface ReportOutcome {
	/** Reports within the window, including these; 0 if a ban is in force during which reports do not count. */
	readonly reports: number;
	/** Time until the client's ban ends, if it is banned now; above 0; Infinity for an endless ban. */
	readonly banEndsInMs?: number;
	/** How long the ban lasts that these reports have begun; absent if they have begun none. A trap's may end later. */
	readonly begunForMs?: number;
	/** Which of the client's remembered bans begins with this report: 1, 2, …; only under escalation. */
	readonly strike?: number;
}

/** A ban in force, as a store lists it. */
export interface StoredBan {
	/** The client's canonical key. */
	readonly client: string;
	readonly by: 'reports' | 'hand';
	readonly reason?: string;
	/** Above 0; Infinity for an endless ban. */
	readonly endsInMs: number;
	/** Which of the client's remembered bans it is: 1, 2, …; only under escalation. */
	readonly strike?: number;
}
