import {type Wait, Waits} from './waits.ts';

/** How many questions about one client may be on their way to a store. */
const MAX_OF_ONE = 500;

/** How many questions may be on their way to a store in all. */
const MAX_IN_ALL = 1000;

/** A wait in a line. */
interface Waiting {
	readonly wait: Wait;
	next: Waiting | undefined;
}

/** The questions about one client. Waiters are a linked list, which keeps none that has had its turn. */
interface Line {
	inFlight: number;
	first: Waiting | undefined;
	last: Waiting | undefined;
}

/**
 * Limits how many questions are on their way to a store. Without it, a flood sends thousands of questions
 * before the first reply, and all of them time out. Clients that wait take turns.
 */
export class InFlightLimit {
	readonly #lines = new Map<string, Line>();
	/** The clients with waiters, in the order of their turns. */
	readonly #waiting = new Set<string>();
	readonly #waits: Waits;
	#inFlight = 0;

	/** @param timeout milliseconds for which a question waits for its turn */
	constructor(timeout: number) {
		this.#waits = new Waits(timeout);
	}

	/**
	 * Begins a question. Call `leave` once for each question that has begun.
	 *
	 * @returns nothing if it may be asked at once; or whether its turn has come, once that is known
	 */
	take(client: string): Promise<boolean> | undefined {
		const line = this.#lines.get(client) ?? {inFlight: 0, first: undefined, last: undefined};
		this.#lines.set(client, line);
		if (line.inFlight < MAX_OF_ONE && this.#inFlight < MAX_IN_ALL) {
			this.#begin(line);
			return undefined;
		}

		const waiting: Waiting = {wait: this.#waits.begin(), next: undefined};
		if (line.last) {
			line.last.next = waiting;
		} else {
			line.first = waiting;
		}

		line.last = waiting;
		this.#waiting.add(client);
		return waiting.wait.turn;
	}

	/** Ends a question. The next waiter begins. */
	leave(client: string): void {
		const line = this.#lines.get(client);
		if (line === undefined) {
			return;
		}

		line.inFlight -= 1;
		this.#inFlight -= 1;
		this.#forgetIfDone(client, line);
		this.#startNext();
	}

	#begin(line: Line): void {
		line.inFlight += 1;
		this.#inFlight += 1;
	}

	#startNext(): void {
		for (const client of this.#waiting) {
			const line = this.#lines.get(client);
			if (line && line.inFlight >= MAX_OF_ONE) {
				continue;
			}

			this.#waiting.delete(client);
			const wait = line && firstWait(line);
			if (line && wait) {
				this.#begin(line);
				wait.start();
				if (line.first) {
					// After those of others.
					this.#waiting.add(client);
				}

				return;
			}

			if (line) {
				this.#forgetIfDone(client, line);
			}
		}
	}

	#forgetIfDone(client: string, line: Line): void {
		if (line.inFlight === 0 && line.first === undefined) {
			this.#lines.delete(client);
		}
	}
}

/** Takes the first wait that is not over from a line. */
function firstWait(line: Line): Wait | undefined {
	while (line.first) {
		const {wait, next}: Waiting = line.first;
		line.first = next;
		line.last = next && line.last;
		if (!wait.isOver) {
			return wait;
		}
	}

	return undefined;
}
