/** How many questions about one client may be on their way to a store. */
const MAX_ON_THEIR_WAY = 1000;

/** A request that waits for a place. */
interface Waiter {
	/** Resolves when the place is free. */
	readonly turn: Promise<void>;
	/** Gives up the wait: the turn passes to the next waiter. */
	giveUp(): void;
}

interface Waiting {
	readonly start: () => void;
	state: 'waiting' | 'started' | 'given up';
	next: Waiting | undefined;
}

/** The questions about one client. Waiters are a linked list, which keeps none that has had its turn. */
interface Line {
	taken: number;
	first: Waiting | undefined;
	last: Waiting | undefined;
}

/**
 * Limits how many questions about one client are on their way to a store. Without it, a flood sends thousands
 * of questions before the first reply, and all of them time out.
 */
export class InFlightLimit {
	readonly #lines = new Map<string, Line>();

	/**
	 * Takes a place. Call `leave` once for each place that was taken.
	 *
	 * @returns a waiter, if no place is free yet
	 */
	take(client: string): Waiter | undefined {
		const line = this.#lines.get(client) ?? {taken: 0, first: undefined, last: undefined};
		this.#lines.set(client, line);
		if (line.taken < MAX_ON_THEIR_WAY) {
			line.taken += 1;
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
		return {turn, giveUp: () => this.#giveUp(client, waiting)};
	}

	/** Leaves a place, to the next request that still waits. */
	leave(client: string): void {
		const line = this.#lines.get(client);
		if (line === undefined) {
			return;
		}

		while (line.first) {
			const waiting: Waiting = line.first;
			line.first = waiting.next;
			line.last = line.first && line.last;
			if (waiting.state === 'waiting') {
				waiting.state = 'started';
				waiting.start();
				return;
			}
		}

		line.taken -= 1;
		if (line.taken === 0) {
			this.#lines.delete(client);
		}
	}

	/** A place that has been given to the waiter in the same moment passes to the next one. */
	#giveUp(client: string, waiting: Waiting): void {
		if (waiting.state === 'started') {
			this.leave(client);
		}

		waiting.state = 'given up';
	}
}
