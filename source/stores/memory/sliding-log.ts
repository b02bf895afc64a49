/**
 * The times of the last `count` counted events: what an exact sliding window needs to know. An event
 * at time t lies in the window until t + window, then no longer.
 */
export class SlidingLog {
	readonly #count: number;
	readonly #window: number;
	/** In order; those before `#first` have left the window. */
	#times: number[] = [];
	#first = 0;

	constructor(count: number, window: number) {
		this.#count = count;
		this.#window = window;
	}

	/** How many events lie in the window, at most `count`. */
	within(now: number): number {
		// The sum that freesIn() tells the rest of: a difference could round the other way.
		while (this.#first < this.#times.length && this.#time(this.#first) + this.#window <= now) {
			this.#first += 1;
		}

		return this.#times.length - this.#first;
	}

	/** How long until the next event leaves the window; 0 when none is in it. */
	freesIn(now: number): number {
		return this.within(now) === 0 ? 0 : this.#time(this.#first) + this.#window - now;
	}

	/** Counts an event now; beyond `count`, the oldest no longer matters. */
	add(now: number): void {
		this.#times.push(now);
		if (this.within(now) > this.#count) {
			this.#first += 1;
		}

		if (this.#first > 32 && this.#first * 2 > this.#times.length) {
			this.#times = this.#times.slice(this.#first);
			this.#first = 0;
		}
	}

	#time(index: number): number {
		return this.#times[index] ?? Infinity;
	}
}
