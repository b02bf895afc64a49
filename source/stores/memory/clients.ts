import {Generations} from './generations.ts';
import type {Logs} from './logs.ts';
import {NONE} from './records.ts';

/**
 * What is remembered of each client: its logs. Those that are far from their limits have room of their
 * own, and so have those that are near one: however many new clients come, they push out none of these.
 */
export class Clients {
	readonly #far: Generations;
	readonly #near: Generations;
	/** Where the client is that was asked for last. */
	#found: Generations;

	/**
	 * @param max how many are remembered, half of them far from their limits; the last quarter as many
	 * of either kind that were touched always are
	 */
	constructor(max: number) {
		const half = Math.floor(max / 2);
		this.#far = new Generations(half);
		this.#near = new Generations(half);
		this.#found = this.#far;
	}

	/** Where the logs stand that `find` has answered. */
	get logs(): Logs {
		return this.#found.logs;
	}

	/** How many clients are remembered. */
	get size(): number {
		return this.#far.size + this.#near.size;
	}

	/** Forgets who has been quiet for a span, if it is time to: call this first at a moment `now`. */
	turn(now: number, span: number): boolean {
		const hasTurned = this.#far.turn(now, span);

		return this.#near.turn(now, span) || hasTurned;
	}

	/** A client's first log; NONE where nothing is remembered of it. */
	find(client: string): number {
		// First where the last one was: who sends many requests is asked for again and again.
		return this.#found.findYoung(client) ?? this.#findElsewhere(client);
	}

	/** Keeps a client from being taken for a quiet one. */
	touch(client: string): void {
		this.find(client);
	}

	/** Makes room for one more: call this before the first log of a client that is not known is begun. */
	makeRoom(): void {
		this.#found = this.#far;
		this.#far.makeRoom();
	}

	/** Sets the first log of the client that was asked for last. */
	set(client: string, log: number): void {
		this.#found.set(client, log);
	}

	/** Has the client that was asked for last be one that is near its limit. Its logs move. */
	setNear(client: string): void {
		if (this.#found === this.#near) {
			return;
		}

		const first = this.#far.findYoung(client) ?? NONE;
		this.#near.makeRoom();
		this.#near.set(client, this.#near.logs.copyAll(this.#far.logs, first));
		this.#far.delete(client);
		this.#found = this.#near;
	}

	delete(client: string): void {
		this.#far.delete(client);
		this.#near.delete(client);
	}

	clear(): void {
		this.#far.clear();
		this.#near.clear();
	}

	#findElsewhere(client: string): number {
		const other = this.#found === this.#far ? this.#near : this.#far;
		const first = other.findYoung(client);
		if (first !== undefined) {
			this.#found = other;
			return first;
		}

		const far = this.#far.moveOld(client);
		if (far !== NONE) {
			this.#found = this.#far;
			return far;
		}

		const near = this.#near.moveOld(client);
		this.#found = near === NONE ? this.#far : this.#near;
		return near;
	}
}
