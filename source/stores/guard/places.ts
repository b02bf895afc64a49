/** How many questions about one client may be on their way to a store. */
const MAX_ON_THEIR_WAY = 1000;

interface Client {
	taken: number;
	/** Those who wait for a place: from `next` on, in order. */
	readonly waiting: Array<() => void>;
	next: number;
}

/**
 * Bounds how many questions about one client are on their way to a store. Else the first thousands of a
 * flood are all asked before any is answered, and the queue outlasts every deadline.
 */
export class Places {
	readonly #clients = new Map<string, Client>();

	/** Takes a place: at once, or when it is free. Each that is taken is to be left. */
	take(client: string): Promise<void> | undefined {
		const known = this.#clients.get(client) ?? {taken: 0, waiting: [], next: 0};
		this.#clients.set(client, known);
		if (known.taken < MAX_ON_THEIR_WAY) {
			known.taken += 1;
			return undefined;
		}

		return new Promise(resolve => {
			known.waiting.push(resolve);
		});
	}

	/** Leaves a place to the next one that waits. */
	leave(client: string): void {
		const known = this.#clients.get(client);
		if (known === undefined) {
			return;
		}

		const next = known.waiting[known.next];
		if (next) {
			known.next += 1;
			next();
			return;
		}

		known.taken -= 1;
		if (known.taken === 0) {
			this.#clients.delete(client);
		}
	}
}
