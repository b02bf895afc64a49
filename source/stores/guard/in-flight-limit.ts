import {processWide} from '../../process-wide.ts';
import type {Store} from '../store.ts';
import {WaitQueue} from './wait-queue.ts';
import {type Wait, Waits} from './waits.ts';

/** How many questions about one client may be on their way to a store. */
const MAX_OF_ONE = 500;

/** How many questions may be on their way to a store in all. */
const MAX_IN_ALL = 1000;

/**
 * Which questions about one client have their turn first. A client that has thousands of requests in flight would else be
 * banned only after all of them have been admitted. The lowest number comes first.
 */
export const priorities = {
	/** A report, a ban, or a place that is given back. */
	change: 0,
	/** A request that is counted. */
	count: 1,
	/** Whether the client is banned, and nothing else. */
	onlyBan: 2,
} as const;

export type Priority = (typeof priorities)[keyof typeof priorities];

/** The questions about one client. */
interface Line {
	inFlight: number;
	/** One for each priority; none as long as nothing has waited. */
	queues: readonly [] | readonly [WaitQueue, WaitQueue, WaitQueue];
}

const none = [] as const;

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
	take(client: string, priority: Priority): Promise<boolean> | undefined {
		const line: Line = this.#lines.get(client) ?? {inFlight: 0, queues: none};
		this.#lines.set(client, line);
		if (line.inFlight < MAX_OF_ONE && this.#inFlight < MAX_IN_ALL) {
			this.#begin(line);
			return undefined;
		}

		if (line.queues.length === 0) {
			line.queues = [new WaitQueue(), new WaitQueue(), new WaitQueue()];
		}

		const wait = this.#waits.begin();
		line.queues[priority].add(wait);
		this.#waiting.add(client);
		return wait.turn;
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
			const wait = line && nextWait(line);
			if (line && wait) {
				this.#begin(line);
				wait.start();
				if (hasWaiting(line)) {
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
		if (line.inFlight === 0 && !hasWaiting(line)) {
			this.#lines.delete(client);
		}
	}
}

const limits = processWide(
	'inFlightLimits',
	() => new WeakMap<Store, Map<string, InFlightLimit>>(),
);

/**
 * The limit that all gates on a store share whose questions wait equally long: with one for each gate, a client would have
 * as many questions on their way as there are gates.
 *
 * @param part of the store
 * @param timeout milliseconds for which a question waits for its turn
 */
export function inFlightLimitOf(store: Store, part: string, timeout: number): InFlightLimit {
	const ofStore = limits.get(store) ?? new Map<string, InFlightLimit>();
	limits.set(store, ofStore);
	const name = `${timeout} ${part}`;
	const limit = ofStore.get(name) ?? new InFlightLimit(timeout);
	ofStore.set(name, limit);
	return limit;
}

function hasWaiting({queues}: Line): boolean {
	return queues.some(queue => !queue.isEmpty);
}

/** Takes the wait whose turn it is. */
function nextWait({queues}: Line): Wait | undefined {
	for (const queue of queues) {
		const wait = queue.take();
		if (wait) {
			return wait;
		}
	}

	return undefined;
}
