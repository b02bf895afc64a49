/** How many questions about one client may be on their way to a store. */
const MAX_OF_ONE = 500;

/** How many questions may be on their way to a store in all. */
const MAX_IN_ALL = 1000;

/** A request that waits for its question to be asked. */
interface Waiter {
	/** Resolves when the question may be asked. */
	readonly turn: Promise<void>;
	/** Gives up the wait: the turn passes to another waiter. */
	giveUp(): void;
}

interface Waiting {
	readonly start: () => void;
	state: 'waiting' | 'started' | 'given up';
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
	#inFlight = 0;

	/**
	 * Begins a question. Call `leave` once for each question that has begun.
	 *
	 * @returns a waiter, if it may not be asked yet
	 */
	take(client: string): Waiter | undefined {
		const line = this.#lines.get(client) ?? {inFlight: 0, first: undefined, last: undefined};
		this.#lines.set(client, line);
		if (line.inFlight < MAX_OF_ONE && this.#inFlight < MAX_IN_ALL) {
			this.#begin(line);
			return undefined;
		}

		let start = () => {};
		const turn = new Promise<void>(resolve => {
			start = resolve;
		});
		const waiting: Waiting = {start, state: 'waiting', next: undefined};
		if (line.last) {
			line.last.next = waiting;
		} else {
			line.first = waiting;
		}

		line.last = waiting;
		this.#waiting.add(client);
		return {turn, giveUp: () => this.#giveUp(client, waiting)};
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
			const waiter = line && firstWaiting(line);
			if (line && waiter) {
				waiter.state = 'started';
				this.#begin(line);
				waiter.start();
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

	/** A turn that has come in the same moment passes to another waiter. */
	#giveUp(client: string, waiting: Waiting): void {
		if (waiting.state === 'started') {
			this.leave(client);
		}

		waiting.state = 'given up';
	}
}

/** Takes the first waiter that has not given up from a line. */
function firstWaiting(line: Line): Waiting | undefined {
	while (line.first) {
		const waiting: Waiting = line.first;
		line.first = waiting.next;
		line.last = line.first && line.last;
		if (waiting.state === 'waiting') {
			return waiting;
		}
	}

	return undefined;
}
