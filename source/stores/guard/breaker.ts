/** Failures in a row after which the store is left alone. */
const OPENS_AFTER = 5;

/** Milliseconds between two questions to a store that is left alone. */
export const PAUSE = 1000;

/**
 * A circuit breaker: leaves a store alone that has failed many times in a row. One question a second finds
 * out whether it works again.
 */
export class Breaker {
	readonly #clock: () => number;
	#failuresInRow = 0;
	#nextTry = -Infinity;

	/** @param clock milliseconds, from any origin */
	constructor(clock: () => number) {
		this.#clock = clock;
	}

	/** Whether to ask the store. While it works, this reads no clock. */
	mayAsk(): boolean {
		if (!this.isOpen) {
			return true;
		}

		const now = this.#clock();
		// If the clock has gone back, the pause must not last longer.
		if (now < this.#nextTry && this.#nextTry - now <= PAUSE) {
			return false;
		}

		this.#nextTry = now + PAUSE;
		return true;
	}

	/** Whether the store is left alone. */
	get isOpen(): boolean {
		return this.#failuresInRow >= OPENS_AFTER;
	}

	succeeded(): void {
		this.#failuresInRow = 0;
	}

	failed(): void {
		this.#failuresInRow += 1;
		this.#nextTry = this.#clock() + PAUSE;
	}
}
