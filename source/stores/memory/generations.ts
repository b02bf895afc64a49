import {ClientLogs, type FoundLogs} from './client-logs.ts';
import {NONE} from './records.ts';

/** The clients that were looked up in a span of time, each with its first log. */
class Generation {
	readonly clients = new Map<string, number>();
	readonly logs = new ClientLogs();
}

/**
 * Clients in two generations, each with its logs. Looking a client up moves it to the young generation. When
 * a span of time has passed, or the young generation is full, the old one is dropped whole, without a timer
 * or a sweep, and the young one takes its place. So the quietest clients go first.
 */
export class Generations {
	readonly #maxYoung: number;
	#young = new Generation();
	#old = new Generation();
	#rotatedAt = -Infinity;
	#now = -Infinity;

	/** @param max the most clients; the last `max / 2` that were looked up are always kept */
	constructor(max: number) {
		this.#maxYoung = Math.floor(max / 2);
	}

	/** The logs that `find` and `moveOld` return are among these. */
	get logs(): ClientLogs {
		return this.#young.logs;
	}

	/** How many clients are remembered. */
	get size(): number {
		return this.#young.clients.size + this.#old.clients.size;
	}

	/**
	 * Rotates the generations if it is time. Call this before anything else at a moment `now`.
	 *
	 * @returns whether it was time
	 */
	rotate(now: number, span: number): boolean {
		this.#now = now;
		const passed = now - this.#rotatedAt;
		if (passed < span) {
			return false;
		}

		this.#old = passed < 2 * span ? this.#young : new Generation();
		this.#young = new Generation();
		this.#rotatedAt = now;
		return true;
	}

	/** The first log of a client in the young generation, if it is there. */
	find(client: string): number | undefined {
		return this.#young.clients.get(client);
	}

	/** The logs of a client, which stays in its generation; undefined if it is not known. */
	peek(client: string): FoundLogs | undefined {
		for (const {clients, logs} of [this.#young, this.#old]) {
			const first = clients.get(client);
			if (first !== undefined) {
				return {logs, first};
			}
		}

		return undefined;
	}

	/** Moves a client from the old generation to the young one. Returns its first log; NONE if it is unknown. */
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

	/** Makes room for one more client in the young generation. Call this before you begin its first log. */
	makeRoom(): void {
		if (this.#young.clients.size >= this.#maxYoung) {
			this.#old = this.#young;
			this.#young = new Generation();
			this.#rotatedAt = this.#now;
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
			// Gives back the memory of the logs.
			this.#young = new Generation();
		}

		this.#old.clients.delete(client);
	}

	clear(): void {
		this.#young = new Generation();
		this.#old = new Generation();
	}
}
