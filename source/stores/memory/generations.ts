import {Logs} from './logs.ts';
import {NONE} from './records.ts';

/** The clients that were touched in a span of time, each by its first log. */
class Generation {
	readonly clients = new Map<string, number>();
	readonly logs = new Logs();
}

/**
 * Clients in two generations, each with its logs. Being asked for moves a client into the young one. When
 * a span has passed, or the young one is full, the old one is dropped whole, without a timer and without a
 * sweep, and the young one becomes it. So the quietest go first.
 */
export class Generations {
	readonly #maxYoung: number;
	#young = new Generation();
	#old = new Generation();
	#turnedAt = -Infinity;
	#now = -Infinity;

	/** @param max how many are remembered; the last half as many that were touched always are */
	constructor(max: number) {
		this.#maxYoung = Math.floor(max / 2);
	}

	/** Where the logs stand that `findYoung` and `moveOld` have answered. */
	get logs(): Logs {
		return this.#young.logs;
	}

	/** How many clients are remembered. */
	get size(): number {
		return this.#young.clients.size + this.#old.clients.size;
	}

	/** Whether it is time to turn: call this before anything else at a moment `now`. */
	turn(now: number, span: number): boolean {
		this.#now = now;
		const passed = now - this.#turnedAt;
		if (passed < span) {
			return false;
		}

		this.#old = passed < 2 * span ? this.#young : new Generation();
		this.#young = new Generation();
		this.#turnedAt = now;
		return true;
	}

	/** The first log of a young client, if it is one. */
	findYoung(client: string): number | undefined {
		return this.#young.clients.get(client);
	}

	/** Makes an old client young, and answers its first log; NONE where it is not known. */
	moveOld(client: string): number {
		const {clients, logs} = this.#old;
		const first = clients.get(client);
		if (first === undefined) {
			return NONE;
		}

		this.makeRoom();
		const copied = this.logs.copyAll(logs, first);
		clients.delete(client);
		this.set(client, copied);
		return copied;
	}

	/** Makes room for one more in the young generation: call this before its first log is begun. */
	makeRoom(): void {
		if (this.#young.clients.size >= this.#maxYoung) {
			this.#old = this.#young;
			this.#young = new Generation();
			this.#turnedAt = this.#now;
		}
	}

	/** Sets a client's first log. */
	set(client: string, log: number): void {
		this.#young.clients.set(client, log);
	}

	delete(client: string): void {
		const {clients, logs} = this.#young;
		logs.endAll(clients.get(client) ?? NONE);
		if (clients.delete(client) && clients.size === 0) {
			// What the logs took is given back.
			this.#young = new Generation();
		}

		this.#old.clients.delete(client);
	}

	clear(): void {
		this.#young = new Generation();
		this.#old = new Generation();
	}
}
