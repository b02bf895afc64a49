import {NONE} from './records.ts';
import {type Storage, Times} from './times.ts';

/** The cells before the times. */
const COUNTER = 0;
const NEXT = 1;

/**
 * A sliding log: of one client and counter the times of the last `count` events, which is all that an
 * exact sliding window needs to know. An event at time t lies in the window until t + window.
 */
export class Log extends Times {
	/** Moves to the log of a counter among a client's, of which it is given the first, if there is one. */
	find(storage: Storage, first: number, counter: number): boolean {
		for (let log = first; log !== NONE; log = this.next) {
			this.open(storage, log);
			if (this.counter === counter) {
				return true;
			}
		}

		return false;
	}

	/** Makes what stands here an empty log in front of a client's others. */
	begin(counter: number, next: number): void {
		this.set(COUNTER, counter);
		this.set(NEXT, next);
		this.empty();
	}

	get counter(): number {
		return this.get(COUNTER);
	}

	/** The client's next log, or NONE. */
	get next(): number {
		return this.get(NEXT);
	}

	/** How many events are left in the window; those that have left it are forgotten. */
	within(window: number, now: number): number {
		if (this.length > 0 && now - this.first >= window) {
			this.#forget(window, now);
		}

		return this.length;
	}

	/** Counts an event now. Beyond `count`, the first no longer matters. */
	add(count: number, now: number): void {
		if (this.length >= count) {
			this.shift();
		}

		this.push(now);
	}

	/** Forgets what has left the window: the first event, and perhaps more. */
	#forget(window: number, now: number): void {
		if (now - this.last >= window) {
			this.clear();
			return;
		}

		do {
			this.shift();
		} while (now - this.first >= window);
	}
}
