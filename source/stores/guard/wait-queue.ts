import type {Wait} from './waits.ts';

interface Waiting {
	readonly wait: Wait;
	next: Waiting | undefined;
}

/** Waits, in the order in which they began. A linked list, which keeps none that is over. */
export class WaitQueue {
	#first: Waiting | undefined;
	#last: Waiting | undefined;

	get isEmpty(): boolean {
		return this.#first === undefined;
	}

	add(wait: Wait): void {
		this.#dropOver();
		const waiting: Waiting = {wait, next: undefined};
		if (this.#last) {
			this.#last.next = waiting;
		} else {
			this.#first = waiting;
		}

		this.#last = waiting;
	}

	/** Takes the first wait that is not over. */
	take(): Wait | undefined {
		this.#dropOver();
		const wait = this.#first?.wait;
		this.#moveOn();
		return wait;
	}

	/** Those that have waited too long stand first. */
	#dropOver(): void {
		while (this.#first?.wait.isOver) {
			this.#moveOn();
		}
	}

	#moveOn(): void {
		this.#first = this.#first?.next;
		this.#last = this.#first && this.#last;
	}
}
