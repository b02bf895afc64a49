/** Failures in a row after which the store is left alone. */
const OPENS_AFTER = 5;

/** Milliseconds from one question that finds out whether it still fails to the next. */
export const PAUSE = 1000;

/** Milliseconds without a failure after which it is said to work again. */
const STEADY = 10_000;

interface BreakerOptions {
	/** The store has begun to fail. */
	readonly onFailing: (error: unknown) => void;
	/** It has worked for a while again. */
	readonly onWorking: () => void;
	/** Milliseconds, from any origin. */
	readonly clock: () => number;
}

/**
 * Keeps questions from a store that has failed many times in a row, but for one a second, which finds out
 * whether it works again; and tells when it begins to fail and when it has recovered.
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

	/** Whether to ask the store: no clock is looked at while it works. */
	mayAsk(): boolean {
		if (this.#failuresInRow < OPENS_AFTER) {
			return true;
		}

		const now = this.#options.clock();
		// By a clock that has gone back, a pause must not last.
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
