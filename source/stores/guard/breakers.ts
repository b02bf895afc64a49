import {Breaker} from './breaker.ts';

interface BreakersOptions {
	/** The part of the store that a client is on. */
	readonly partOf: (client: string) => number;
	/** Some part of the store has begun to fail. */
	readonly onFailing: (error: unknown) => void;
	/** All parts have worked for a while again. */
	readonly onWorking: () => void;
	/** Milliseconds, from any origin. */
	readonly clock: () => number;
}

/**
 * A circuit breaker for each part of a store that can fail on its own, such as the servers of a cluster. So
 * the clients on one that fails do not end the limits of clients on the others.
 */
export class Breakers {
	readonly #options: BreakersOptions;
	readonly #parts = new Map<number, Breaker>();
	#failing = 0;

	constructor(options: BreakersOptions) {
		this.#options = options;
	}

	/** The breaker for the part that a client is on. */
	of(client: string): Breaker {
		const part = this.#options.partOf(client);
		const known = this.#parts.get(part);
		if (known) {
			return known;
		}

		const {clock, onFailing, onWorking} = this.#options;
		const breaker = new Breaker({
			clock,
			onFailing: error => {
				this.#failing += 1;
				if (this.#failing === 1) {
					onFailing(error);
				}
			},
			onWorking: () => {
				this.#failing -= 1;
				if (this.#failing === 0) {
					onWorking();
				}
			},
		});
		this.#parts.set(part, breaker);
		return breaker;
	}
}
