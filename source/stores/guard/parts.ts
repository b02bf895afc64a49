import type {Store} from '../store.ts';
import {type InFlightLimit, inFlightLimitOf} from './in-flight-limit.ts';
import {PartBreaker} from './part-breaker.ts';
import {PartNames} from './part-names.ts';

/** A part of a store that can fail on its own, such as a server of a cluster. */
export interface Part {
	readonly breaker: PartBreaker;
	readonly inFlight: InFlightLimit;
}

/**
 * The parts of a store. Each has breakers and a limit of its own, so that clients on a part that fails, or
 * that is slow, do not end the limits of clients on the others. Gates share the limits.
 */
export class Parts {
	readonly #store: Store;
	readonly #names: PartNames;
	readonly #clock: () => number;
	readonly #timeout: number;
	readonly #parts = new Map<string, Part>();

	/**
	 * @param clock milliseconds, from any origin
	 * @param timeout milliseconds for which a question waits for its turn
	 */
	constructor(store: Store, clock: () => number, timeout: number) {
		this.#store = store;
		this.#names = new PartNames(store);
		this.#clock = clock;
		this.#timeout = timeout;
	}

	/** The part that a client is on. */
	of(client: string): Part {
		const name = this.#names.partOf(client);
		const known = this.#parts.get(name);
		if (known) {
			return known;
		}

		const made = {
			breaker: new PartBreaker(this.#clock, one => this.#names.slotOf(one)),
			inFlight: inFlightLimitOf(this.#store, name, this.#timeout),
		};
		this.#parts.set(name, made);
		return made;
	}
}
