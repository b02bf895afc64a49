/** Failures in a row after which the store is left alone. */
const OPENS_AFTER = 5;

/** Milliseconds between two questions to a store that is left alone. */
export const PAUSE = 1000;

/** Milliseconds without a failure after which the store is said to work again. */
const STEADY = 10_000;

interface BreakerOptions {
	/** The store has begun to fail. */
	readonly onFailing: (error: unknown) => void;
	/** The store has worked for a while again. */
	readonly onWorking: () => void;
	/** Milliseconds, from any origin. */
	readonly clock: () => number;
}

/**
 * A circuit breaker: leaves a store alone that has failed many times in a row. One question a second finds
 * out whether it works again. Reports when the store begins to fail and when it has recovered.
 */
export class Breaker {
	readonly #options: BreakerOptions;
	#isFailing = false;
	#failuresInRow = 0;
	#lastFailure = -Infinity;
	#nextTry = -Infinity;

	constructor(options: BreakerOptions) {
		this.#options = options;
	}

	/** Whether to ask the store. While it works, this reads no clock. */
	mayAsk(): boolean {
		if (this.#failuresInRow < OPENS_AFTER) {
			return true;
		}

		const now = this.#options.clock();
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
		if (!this.#isFailing) {
			return;
		}

		this.#failuresInRow = 0;
		if (this.#options.clock() - this.#lastFailure >= STEADY) {
			this.#isFailing = false;
			this.#options.onWorking();
		}
	}

	failed(error: unknown): void {
		const now = this.#options.clock();
		this.#lastFailure = now;
		this.#failuresInRow += 1;
		this.#nextTry = now + PAUSE;
		if (!this.#isFailing) {
			this.#isFailing = true;
			this.#options.onFailing(error);
		}
	}
}
