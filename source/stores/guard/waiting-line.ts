import type {Wait} from './waits.ts';

interface Waiting {
	readonly wait: Wait;
	next: Waiting | undefined;
}

/** Waits, in the order in which they began. A linked list, which keeps none that has had its turn. */
export class WaitingLine {
	#first: Waiting | undefined;
	#last: Waiting | undefined;

	get isEmpty(): boolean {
		return this.#first === undefined;
	}

	add(wait: Wait): void {
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
		while (this.#first) {
			const {wait, next}: Waiting = this.#first;
			this.#first = next;
			this.#last = next && this.#last;
			if (!wait.isOver) {
				return wait;
			}
		}

		return undefined;
	}
}
