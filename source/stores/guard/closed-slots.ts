import {RecentMap} from '../../collections/recent-map.ts';
import {PAUSE} from './breaker.ts';
import type {PartNames} from './part-names.ts';

/** How many are remembered: twice as many as a Redis cluster has slots. */
const MAX_SLOTS = 32_768;

/**
 * The slots whose clients gates under `'closed'` refuse for a while, because the store has not taken a report
 * or a ban there. A server that can be read but not written to would admit a client that is reported or
 * banned. A store without parts is one slot.
 */
export class ClosedSlots {
	readonly #clock: () => number;
	readonly #names: PartNames;
	readonly #closedAt = new RecentMap<number>(MAX_SLOTS);
	#lastClosedAt = -Infinity;

	/** @param clock milliseconds, from any origin; it never goes back */
	constructor(clock: () => number, names: PartNames) {
		this.#clock = clock;
		this.#names = names;
	}

	/** Closes the slot that a client is on. */
	close(client: string): void {
		this.#lastClosedAt = this.#clock();
		this.#closedAt.set(this.#slotOf(client), this.#lastClosedAt);
	}

	/** Whether the slot that a client is on is closed. */
	has(client: string): boolean {
		if (this.#lastClosedAt === -Infinity) {
			return false;
		}

		const now = this.#clock();
		const isRecent = (closedAt = -Infinity) => now - closedAt < PAUSE;
		return isRecent(this.#lastClosedAt) && isRecent(this.#closedAt.get(this.#slotOf(client)));
	}

	#slotOf(client: string): string {
		return `${this.#names.partOf(client)} ${this.#names.slotOf(client)}`;
	}
}
