/** A clock that goes back by no more than this has trembled, and is waited for. */
const TREMOR = 1000;

/**
 * A clock in whole milliseconds that never goes back, whatever the one below it does: it stands still
 * until that one has caught up with a tremor, and goes on from where it is after a jump back, since
 * nothing may be refused for as long as a clock was wrong.
 */
export class SteadyClock {
	readonly #below: () => number;
	#lastRead: number;
	#ahead = 0;

	/**
	 * @param below tells milliseconds, from any origin
	 * @param firstRead what it has told
	 */
	constructor(below: () => number, firstRead: number) {
		this.#below = below;
		this.#lastRead = firstRead;
	}

	now(): number {
		const read = this.#below();
		if (read >= this.#lastRead && read < Infinity) {
			this.#lastRead = read;
		} else if (this.#lastRead - read > TREMOR && read > -Infinity) {
			this.#ahead += this.#lastRead - read;
			this.#lastRead = read;
		}

		return Math.floor(this.#lastRead + this.#ahead);
	}
}
