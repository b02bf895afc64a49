import {ignoreRejection} from '../../maybe-promise.ts';
import type {Store} from '../store.ts';
import {Breaker} from './breaker.ts';

/** More parts than this share a breaker. */
const MAX_PARTS = 1000;

/**
 * A circuit breaker for each part of a store that can fail on its own, such as the servers of a cluster. So
 * the clients on one that fails do not end the limits of clients on the others.
 */
export class Breakers {
	readonly #store: Store;
	readonly #clock: () => number;
	readonly #parts = new Map<string, Breaker>();

	/** @param clock milliseconds, from any origin */
	constructor(store: Store, clock: () => number) {
		this.#store = store;
		this.#clock = clock;
	}

	/** The breaker for the part that a client is on. */
	of(client: string): Breaker {
		const part = this.#partOf(client);
		const known = this.#parts.get(part) ?? new Breaker(this.#clock);
		this.#parts.set(part, known);
		return known;
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
