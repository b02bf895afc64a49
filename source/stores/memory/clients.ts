import {Generations} from './generations.ts';
import {Kept} from './kept.ts';
import {LEVELS} from './levels.ts';
import type {Logs} from './logs.ts';
import {NONE} from './records.ts';

/**
 * What is remembered of each client: its logs. Clients are kept apart by levels, so that a flood of new
 * ones cannot push out those that have sent many requests:
 *
 *     2   kept: the first to come is the first to go
 *     1   kept: the first to come is the first to go
 *     0   two generations: the quietest go first
 *
 * A client is of one level. `raise` moves it to a higher one. `find` and `raise` set where `logs` and `set`
 * look: call them for one client at a time.
 */
export class Clients {
	readonly #new: Generations;
	readonly #kept: readonly Kept[];
	/** Where the client is that was last looked up. */
	#lastFound: Generations | Kept;

	/** @param max how many are remembered, a third of each level */
	constructor(max: number) {
		const each = Math.floor(max / LEVELS);
		this.#new = new Generations(each);
		this.#kept = Array.from({length: LEVELS - 1}, () => new Kept(each));
		this.#lastFound = this.#new;
	}

	/** The logs of the client that was last looked up are among these. */
	get logs(): Logs {
		return this.#lastFound.logs;
	}

	/** How many clients are remembered. */
	get size(): number {
		return this.#kept.reduce((sum, {size}) => sum + size, this.#new.size);
	}

	/** Forgets clients that have been quiet for a span: call this first at a moment `now`. */
	forgetQuiet(now: number, span: number): void {
		this.#new.turn(now, span);
		for (const kept of this.#kept) {
			kept.forgetQuiet(now, span);
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
		this.#lastFound = this.#new;
		this.#new.makeRoom();
	}

	/** Sets the first log of the client that was last looked up. */
	set(client: string, log: number): void {
		this.#lastFound.set(client, log);
	}

	/** Moves the client that was last looked up, with its logs, to a level, unless it is as high already. */
	raise(client: string, level: number): void {
		const target = this.#kept[level - 1];
		if (target === undefined || target === this.#lastFound || this.#level() > level) {
			return;
		}

		const first = this.#lastFound.findYoung(client) ?? NONE;
		target.add(client, this.#lastFound.logs, first);
		this.#lastFound.delete(client);
		this.#lastFound = target;
	}

	delete(client: string): void {
		this.#new.delete(client);
		for (const kept of this.#kept) {
			kept.delete(client);
		}
	}

	clear(): void {
		this.#new.clear();
		for (const kept of this.#kept) {
			kept.clear();
		}
	}

	#level(): number {
		return (this.#kept as ReadonlyArray<Generations | Kept>).indexOf(this.#lastFound) + 1;
	}

	#findElsewhere(client: string): number {
		for (const place of [this.#new, ...this.#kept]) {
			const first = place.findYoung(client);
			if (first !== undefined) {
				this.#lastFound = place;
				return first;
			}
		}

		this.#lastFound = this.#new;
		return this.#new.moveOld(client);
	}
}
