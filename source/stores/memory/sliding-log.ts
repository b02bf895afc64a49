import {MANY} from '../deciding/levels.ts';
import {EditableTimes} from './editable-times.ts';
import {NONE} from './records.ts';
import {LENGTH, LENGTH_BITS, type Storage} from './times.ts';

/** The cells before those of the times. */
const COUNTER = 0;
const NEXT = 1;

/**
 * A sliding log: the times of the last `count` events of one client under one counter. An exact sliding
 * window needs no more. An event at time t lies in the window until t + window.
 */
export class SlidingLog extends EditableTimes {
	/** Moves to a counter's log among those of a client, from the client's first. False if there is none. */
	find(storage: Storage, first: number, counter: number): boolean {
		for (let log = first; log !== NONE; log = this.next) {
			this.open(storage, log);
			if (this.counter === counter) {
				return true;
			}
		}

		return false;
	}

	/** Begins an empty log here, before a client's other logs. */
	begin(counter: number, next: number): void {
		this.set(COUNTER, counter);
		this.link(next);
		this.empty();
	}

	/** Makes another log, or NONE, the next one of the client. */
	link(next: number): void {
		this.set(NEXT, next);
	}

	get counter(): number {
		return this.get(COUNTER);
	}

	/** The client's next log, or NONE. */
	get next(): number {
		return this.get(NEXT);
	}

	/** How many events are in the window. Forgets those that have left it. */
	within(window: number, now: number): number {
		if (this.length > 0 && now - this.first >= window) {
			this.#forget(window, now);
		}

		return this.length;
	}

	/** Counts an event now. Only the last `count` events matter. */
	add(count: number, now: number): void {
		if (this.length >= count) {
			this.shift();
		}

		this.push(now);
	}

	/** For how many requests events were counted since the log was last empty; `MANY` for that many or more. */
	get requests(): number {
		return this.get(LENGTH) >>> LENGTH_BITS;
	}

	/** Notes that the last events are those of a request. */
	noteRequest(): void {
		if (this.requests < MANY && this.length > 0) {
			this.set(LENGTH, this.get(LENGTH) + (1 << LENGTH_BITS));
		}
	}

	/** Forgets the events that have left the window: the first, and perhaps more. */
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
