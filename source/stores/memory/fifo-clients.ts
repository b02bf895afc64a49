import {ClientLogs, type FoundLogs} from './client-logs.ts';
import {NONE} from './records.ts';

/** How many clients are checked in one step for having been quiet. */
const SWEPT_AT_ONCE = 20;

/** After how many logs a step ends: each may be elsewhere in memory. A client has up to a thousand. */
const LOGS_AT_ONCE = 50;

/**
 * Clients, each with its logs. First in, first out: lookups do not change the order.
 */
export class FifoClients {
	readonly #max: number;
	#clients = new Map<string, number>();
	#logs = new ClientLogs();
	/** Continues where the last step ended. An iterator of a Map allows for all changes. */
	#sweep = this.#clients.entries();
	/**
	 * Stands before the first client: a new iterator would step over every deleted one again. It is renewed
	 * with the sweep, since an iterator that stands still keeps all earlier tables of the Map alive.
	 */
	#front: MapIterator<string> | undefined;

	/** @param max how many are remembered */
	constructor(max: number) {
		this.#max = max;
	}

	get logs(): ClientLogs {
		return this.#logs;
	}

	/** How many clients are remembered. */
	get size(): number {
		return this.#clients.size;
	}

	/** A client's first log, if the client is here. */
	find(client: string): number | undefined {
		return this.#clients.get(client);
	}

	/** The logs of a client, if it is here. */
	peek(client: string): FoundLogs | undefined {
		const first = this.find(client);
		return first === undefined ? undefined : {logs: this.#logs, first};
	}

	/** Takes over a client and its logs from another group. */
	add(client: string, from: ClientLogs, first: number): void {
		if (this.#clients.size >= this.#max) {
			this.#removeFirst();
		}

		this.#clients.set(client, this.#logs.copyAll(from, first));
	}

	/** Sets a client's first log. */
	set(client: string, log: number): void {
		this.#clients.set(client, log);
	}

	delete(client: string): void {
		this.#logs.endAll(this.#clients.get(client) ?? NONE);
		if (this.#clients.delete(client) && this.size === 0) {
			// Gives back the memory of the logs.
			this.clear();
		}
	}

	clear(): void {
		this.#clients = new Map();
		this.#logs = new ClientLogs();
		this.#sweep = this.#clients.entries();
		this.#front = undefined;
	}

	/** Forgets those of the next clients that have been quiet for a span. No call takes long. */
	forgetQuiet(now: number, span: number): void {
		if (this.size === 0) {
			return;
		}

		// At least one: an iterator that stands still keeps all earlier tables of the Map alive.
		const looks = Math.min(SWEPT_AT_ONCE, this.size + 1);
		const logs = this.#logs;
		const enough = logs.looked + LOGS_AT_ONCE;
		for (let look = 0; look < looks && logs.looked < enough; look += 1) {
			const {done, value} = this.#sweep.next();
			if (done) {
				this.#sweep = this.#clients.entries();
				this.#front = undefined;
				break;
			}

			const [client, first] = value;
			if (now - logs.lastOf(first) >= span) {
				this.delete(client);
			}
		}
	}

	#removeFirst(): void {
		this.#front ??= this.#clients.keys();
		const {done, value} = this.#front.next();
		if (!done) {
			this.delete(value);
		}
	}
}
