import {leavesInForce, type NewBan, type ReportOutcome} from '../ban-records.ts';
import {type BanOrigin, type BanTerms, originOf} from '../deciding/bans.ts';
import {MemoryBans} from '../memory/bans.ts';
import type {Banned} from '../verdict.ts';

/** How many bans are remembered, of each origin. */
const MAX_BANS = 100_000;

/**
 * Bans that began in this process because the store did not take them or their reports. Each holds until it ends or an
 * operator ends it here, whatever the store says.
 */
export class UntakenBans {
	readonly #bans = new MemoryBans(MAX_BANS);
	readonly #clock: () => number;

	/** @param clock milliseconds, from any origin */
	constructor(clock: () => number) {
		this.#clock = clock;
	}

	/** A ban by reports. */
	beginByReports(client: string, ban: BanTerms): void {
		this.#begin(client, 'reports', ban);
	}

	/** A ban by hand. */
	beginByHand(client: string, ban: NewBan): void {
		if (!this.#keeps(client, ban)) {
			this.#begin(client, originOf(ban), ban);
		}
	}

	/** The store has taken a ban by hand. */
	replace(client: string, ban: NewBan): void {
		if (!this.#keeps(client, ban)) {
			this.#bans.end(client);
		}
	}

	find(client: string): Banned | undefined {
		return this.#bans.isEmpty ? undefined : this.#bans.find(client, this.#clock());
	}

	/** Milliseconds until the client's ban ends, if it has one. */
	endsInMs(client: string): number | undefined {
		return this.find(client)?.endsInMs;
	}

	/** Whether the client has a ban during which no report counts. */
	ignoresReports(client: string): boolean {
		return !this.#bans.isEmpty && this.#bans.ignoresReports(client, this.#clock());
	}

	/** The outcome of a report, with the client's ban if that ends later. */
	addTo(client: string, outcome: ReportOutcome): ReportOutcome {
		const banEndsInMs = this.endsInMs(client) ?? 0;

		return banEndsInMs > (outcome.banEndsInMs ?? 0) ? {...outcome, banEndsInMs} : outcome;
	}

	end(client: string): void {
		this.#bans.end(client);
	}

	clear(): void {
		this.#bans.clear();
	}

	/** Whether the client's ban stays where there is a new one. */
	#keeps(client: string, ban: NewBan): boolean {
		return leavesInForce(ban, this.endsInMs(client));
	}

	#begin(client: string, origin: BanOrigin, ban: BanTerms): void {
		this.#bans.begin(client, origin, ban, this.#clock());
	}
}
