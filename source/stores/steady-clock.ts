import {ignoreRejection} from '../maybe-promise.ts';

/** Milliseconds. After a step back of at most this, the clock waits until the one below has caught up. */
const MAX_WAIT = 1000;

/**
 * A clock in whole milliseconds that never goes back, whatever the clock below it does. After a small step
 * back it stands still until that clock has caught up. After a larger one it continues from where it is,
 * since no client may be refused for as long as a clock was wrong. While that clock throws or returns
 * anything but a number, it stands still.
 */
export class SteadyClock {
	readonly #below: () => unknown;
	#lastRead: number;
	#ahead = 0;

	/** @param below returns milliseconds, from any origin */
	constructor(below: () => unknown) {
		this.#below = below;
		const first = read(below);
		this.#lastRead = Number.isFinite(first) ? first : 0;
	}

	now(): number {
		const time = read(this.#below);
		if (time >= this.#lastRead && time < Infinity) {
			this.#lastRead = time;
		} else if (this.#lastRead - time > MAX_WAIT && time > -Infinity) {
			this.#ahead += this.#lastRead - time;
			this.#lastRead = time;
		}

		return Math.floor(this.#lastRead + this.#ahead);
	}
}

function read(clock: () => unknown): number {
	try {
		const time = clock();
		if (typeof time === 'number') {
			return time;
		}

		ignoreRejection(time);
	} catch {}

	return Number.NaN;
}
