import {ignoreRejection} from '../../maybe-promise.ts';
import type {Store} from '../store.ts';
import {Breaker} from './breaker.ts';
import {InFlightLimit} from './in-flight-limit.ts';

/** Parts beyond this number count as one. */
const MAX_PARTS = 1000;

/** A part of a store that can fail on its own, such as a server of a cluster. */
export interface Part {
	readonly breaker: Breaker;
	readonly inFlight: InFlightLimit;
}

/**
 * The parts of a store. Each has a breaker and a limit of its own, so that clients on a part that fails, or
 * that is slow, do not end the limits of clients on the others.
 */
export class Parts {
	readonly #store: Store;
	readonly #clock: () => number;
	readonly #parts = new Map<string, Part>();

	/** @param clock milliseconds, from any origin */
	constructor(store: Store, clock: () => number) {
		this.#store = store;
		this.#clock = clock;
	}

	/** The part that a client is on. */
	of(client: string): Part {
		const part = this.#partOf(client);
		const known = this.#parts.get(part);
		if (known) {
			return known;
		}

		const made = {breaker: new Breaker(this.#clock), inFlight: new InFlightLimit()};
		this.#parts.set(part, made);
		return made;
	}

	#partOf(client: string): string {
		try {
			const part: unknown = this.#store.partOf?.(client);
			ignoreRejection(part);
			if (typeof part === 'string' && (this.#parts.size < MAX_PARTS || this.#parts.has(part))) {
				return part;
			}
		} catch {}

		return '';
	}
}
