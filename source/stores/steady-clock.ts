import {ignoreRejection} from '../maybe-promise.ts';

/** Milliseconds. After a step back of at most this, the clock waits until its source has caught up. */
const MAX_WAIT = 1000;

/**
 * A millisecond clock that never goes back. If its source steps back by at most a second, it waits until the
 * source has caught up. After a larger step it goes on from its own time, since no client may be refused for
 * as long as a clock was wrong. While the source throws or returns no number, it stands still.
 */
export class SteadyClock {
	readonly #source: () => unknown;
	#lastRead: number;
	#ahead = 0;

	/** @param source returns milliseconds, from any origin */
	constructor(source: () => unknown) {
		this.#source = source;
		const first = read(source);
		this.#lastRead = Number.isFinite(first) ? first : 0;
	}

	now(): number {
		const time = read(this.#source);
		if (time >= this.#lastRead && time < Infinity) {
			this.#lastRead = time;
		} else if (this.#lastRead - time > MAX_WAIT && time > -Infinity) {
			this.#ahead += this.#lastRead - time;
			this.#lastRead = time;
		}

		return this.#lastRead + this.#ahead;
	}
}

/** Whole milliseconds, or NaN. */
function read(clock: () => unknown): number {
	try {
		const time = clock();
		if (typeof time === 'number') {
			// Whole milliseconds: their sums are exact.
			return Math.floor(time);
		}

		ignoreRejection(time);
	} catch {}

	return Number.NaN;
}
