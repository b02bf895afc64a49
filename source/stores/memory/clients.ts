import {Generations} from './generations.ts';
import {LEVELS} from './levels.ts';
import type {Logs} from './logs.ts';
import {NONE} from './records.ts';

/**
 * What is remembered of each client: its logs. Clients are kept apart by levels, so that a flood of new
 * ones cannot push out those that have sent many requests (a segmented LRU). Each level has two
 * generations:
 *
 *     2   young: touched lately     old: quiet since the last turn     then forgotten
 *     1   young                     old                                then forgotten
 *     0   young                     old                                then forgotten
 *
 * A client is in one of the six. `find` moves it to the young generation of its level, `raise` to a higher
 * level. Both set where `logs` and `set` look: call them for one client at a time.
 */
export class Clients {
	readonly #levels: readonly Generations[];
	readonly #lowest: Generations;
	/** The level of the client that was last looked up. */
	#lastFound: Generations;

	/** @param max how many are remembered; the last sixth as many of each level always are */
	constructor(max: number) {
		this.#lowest = new Generations(Math.floor(max / LEVELS));
		this.#lastFound = this.#lowest;
		this.#levels = [
			this.#lowest,
			...Array.from({length: LEVELS - 1}, () => new Generations(Math.floor(max / LEVELS))),
		];
	}

	/** The logs of the client that was last looked up are among these. */
	get logs(): Logs {
		return this.#lastFound.logs;
	}

	/** How many clients are remembered. */
	get size(): number {
		return this.#levels.reduce((sum, {size}) => sum + size, 0);
	}

	/** Forgets the clients that have been quiet for a span, if it is time to: call this first at `now`. */
	turn(now: number, span: number): void {
		for (const level of this.#levels) {
			level.turn(now, span);
		}
	}

	/** A client's first log; NONE where nothing is remembered of it. */
	find(client: string): number {
		// First where the last one was: a client that sends many requests is looked up again and again.
		return this.#lastFound.findYoung(client) ?? this.#findElsewhere(client);
	}

	/** Keeps a client from being taken for a quiet one. */
	touch(client: string): void {
		this.find(client);
	}

	/** Makes room for one more: call this before the first log of a client that is not known is begun. */
	makeRoom(): void {
		this.#lastFound = this.#lowest;
		this.#lowest.makeRoom();
	}

	/** Sets the first log of the client that was last looked up. */
	set(client: string, log: number): void {
		this.#lastFound.set(client, log);
	}

	/** Moves the client that was last looked up, with its logs, to a level, unless it is as high already. */
	raise(client: string, level: number): void {
		const target = this.#levels[level];
		if (level === 0 || target === undefined || this.#levels.indexOf(this.#lastFound) >= level) {
			return;
		}

		const first = this.#lastFound.findYoung(client) ?? NONE;
		target.makeRoom();
		target.set(client, target.logs.copyAll(this.#lastFound.logs, first));
		this.#lastFound.delete(client);
		this.#lastFound = target;
	}

	delete(client: string): void {
		for (const level of this.#levels) {
			level.delete(client);
		}
	}

	clear(): void {
		for (const level of this.#levels) {
			level.clear();
		}
	}

	#findElsewhere(client: string): number {
		for (const level of this.#levels) {
			const first = level.findYoung(client);
			if (first !== undefined) {
				this.#lastFound = level;
				return first;
			}
		}

		for (const level of this.#levels) {
			const first = level.moveOld(client);
			if (first !== NONE) {
				this.#lastFound = level;
				return first;
			}
		}

		this.#lastFound = this.#lowest;
		return NONE;
	}
}
