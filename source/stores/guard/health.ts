/** Milliseconds without a failure after which a store is said to work again. */
const STEADY = 10_000;

interface HealthOptions {
	/** The store has begun to fail. */
	readonly onFailing: (error: unknown) => void;
	/** The store has worked for a while again. */
	readonly onWorking: () => void;
	/** Milliseconds, from any origin. */
	readonly clock: () => number;
}

/** Reports when a store begins to fail, whichever part of it, and when it has recovered. */
export class Health {
	readonly #options: HealthOptions;
	#isFailing = false;
	#lastFailure = -Infinity;

	constructor(options: HealthOptions) {
		this.#options = options;
	}

	succeeded(): void {
		if (this.#isFailing && this.#options.clock() - this.#lastFailure >= STEADY) {
			this.#isFailing = false;
			this.#options.onWorking();
		}
	}

	failed(error: unknown): void {
		this.#lastFailure = this.#options.clock();
		if (!this.#isFailing) {
			this.#isFailing = true;
			this.#options.onFailing(error);
		}
	}
}
