import {Logs} from './logs.ts';
import {NONE} from './records.ts';

/** The clients that were touched in a span of time, each by its first log. */
class Generation {
	readonly clients = new Map<string, number>();
	readonly logs = new Logs();
}

/**
 * What is remembered of each client: its logs. There are two generations, and being asked for moves a
 * client into the young one. When a span has passed, or the young one is full, the old one is dropped
 * whole, without a timer and without a sweep, and the young one becomes it. So the quietest go first.
 */
export class Clients {
	readonly #mostYoung: number;
	#young = new Generation();
	#old = new Generation();
	#turnedAt = -Infinity;
	#now = -Infinity;

	/** @param most how many are remembered; the last half as many that were touched always are */
	constructor(most: number) {
		this.#mostYoung = Math.floor(most / 2);
	}

	/** Where the logs stand that `find` has answered. */
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

	/** A client's first log; NONE where nothing is remembered of it. */
	find(client: string): number {
		return this.#young.clients.get(client) ?? this.#findOld(client);
	}

	/** Keeps a client from being taken for a quiet one. */
	touch(client: string): void {
		this.find(client);
	}

	/** Makes room for one more in the young generation: call this before its first log is begun. */
	makeRoom(): void {
		if (this.#young.clients.size >= this.#mostYoung) {
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
		clients.delete(client);
		this.#old.clients.delete(client);
	}

	clear(): void {
		this.#young = new Generation();
		this.#old = new Generation();
	}

	#findOld(client: string): number {
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
}
