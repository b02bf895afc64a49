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
	#lastTry = -Infinity;

	/** @param clock milliseconds, from any origin */
	constructor(clock: () => number) {
		this.#clock = clock;
	}

	/** Whether to ask the store. While it works, this reads no clock. */
	mayAsk(): boolean {
		if (!this.isOpen) {
			return true;
		}

		if (this.wasTriedWithin(PAUSE)) {
			return false;
		}

		this.#lastTry = this.#clock();
		return true;
	}

	/** Whether the store is left alone. */
	get isOpen(): boolean {
		return this.#failuresInRow >= OPENS_AFTER;
	}

	/** Whether the store was tried, or has failed, in the last `ms` milliseconds. */
	wasTriedWithin(ms: number): boolean {
		const ago = this.#clock() - this.#lastTry;
		// If the clock has gone back, the pause must not last longer.
		return ago >= 0 && ago < ms;
	}

	succeeded(): void {
		this.#failuresInRow = 0;
	}

	failed(): void {
		this.#failuresInRow += 1;
		this.#lastTry = this.#clock();
	}
}
