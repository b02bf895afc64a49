import {Logs} from './logs.ts';
import {NONE} from './records.ts';

/** How many clients are looked at, to see whether they are quiet, in one step. */
const SWEPT_AT_ONCE = 50;

/**
 * Clients, each with its logs, of which the one that came first goes first, however often any of them is
 * touched: to push one out takes as many others that have earned their place after it.
 */
export class Kept {
	readonly #max: number;
	#clients = new Map<string, number>();
	#logs = new Logs();
	/** Goes on where the last step ended; an iterator of a Map bears all changes. */
	#sweep = this.#clients.entries();

	/** @param max how many are remembered */
	constructor(max: number) {
		this.#max = max;
	}

	get logs(): Logs {
		return this.#logs;
	}

	/** How many clients are remembered. */
	get size(): number {
		return this.#clients.size;
	}

	/** A client's first log, if it is one of these. */
	findYoung(client: string): number | undefined {
		return this.#clients.get(client);
	}

	/** Takes over a client's logs from elsewhere. */
	add(client: string, from: Logs, first: number): void {
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
			// What the logs took is given back.
			this.clear();
		}
	}

	clear(): void {
		this.#clients = new Map();
		this.#logs = new Logs();
		this.#sweep = this.#clients.entries();
	}

	/** Forgets some of those that have been quiet for a span: no call takes long. */
	forgetQuiet(now: number, span: number): void {
		// One at least: an iterator that stands still keeps all that the Map was before.
		const looks = Math.min(SWEPT_AT_ONCE, this.size + 1);
		for (let look = 0; look < looks; look += 1) {
			const {done, value} = this.#sweep.next();
			if (done) {
				this.#sweep = this.#clients.entries();
				break;
			}

			const [client, first] = value;
			if (now - this.#logs.lastOf(first) >= span) {
				this.delete(client);
			}
		}
	}

	#removeFirst(): void {
		for (const client of this.#clients.keys()) {
			this.delete(client);
			return;
		}
	}
}
