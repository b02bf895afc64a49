import {setImmediate} from 'node:timers/promises';

/**
 * Lets commands over a client of `createSentinel` share a connection of its pool. Such a client (node-redis 5 and 6) leases
 * one for the first command, and all share it until none is in flight. But if two begin at once while none is, it leases
 * one for each. The pool has but one by default, so that the second would wait until nothing at all is in flight. Here
 * it waits until the first has its lease.
 */
export class SharedLease {
	#inFlight = 0;
	/** How many of these began in an earlier turn: others share their lease. */
	#earlier = 0;
	/** Ends with the turn of the event loop in which a command has begun. By then that has its lease, if one is free. */
	#beginning: Promise<void> | undefined;

	async send(command: () => Promise<unknown>): Promise<unknown> {
		// Before the first wait, an earlier one may be over, and the client may know it already.
		let isLeased = false;
		while (this.#beginning && !isLeased) {
			await this.#beginning;
			isLeased = this.#earlier > 0;
		}

		this.#beginning ??= this.#turn();
		this.#inFlight += 1;
		try {
			return await command();
		} finally {
			this.#inFlight -= 1;
			this.#earlier = Math.min(this.#earlier, this.#inFlight);
		}
	}

	async #turn(): Promise<void> {
		await setImmediate();
		this.#earlier = this.#inFlight;
		this.#beginning = undefined;
	}
}
