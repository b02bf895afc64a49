import type {NewBan} from '../ban-records.ts';
import {type BanOrigin, type BanTerms, originOf} from '../deciding/bans.ts';
import {MemoryBans} from '../memory/bans.ts';
import type {Banned} from '../verdict.ts';

/** How many bans are remembered, of each origin. */
const MAX_BEGUN = 100_000;

/**
 * Bans that began in this process because the store did not take them or their reports. Each holds until it ends or an
 * operator ends it here, whatever the store says.
 */
export class BegunBans {
	readonly #bans = new MemoryBans(MAX_BEGUN);
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

	/** The same, if reports do not count during it. */
	ignoringReports(client: string): Banned | undefined {
		return this.#bans.isEmpty ? undefined : this.#bans.ignoringReports(client, this.#clock());
	}

	end(client: string): void {
		this.#bans.end(client);
	}

	clear(): void {
		this.#bans.clear();
	}

	/** Whether the client's ban stays where there is a new one. */
	#keeps(client: string, {isTrap, duration}: NewBan): boolean {
		return isTrap === true && (this.find(client)?.endsInMs ?? 0) >= duration;
	}

	#begin(client: string, origin: BanOrigin, ban: BanTerms): void {
		this.#bans.begin(client, origin, ban, this.#clock());
	}
}
