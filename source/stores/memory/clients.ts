import type {Level} from '../deciding/levels.ts';
import type {ClientLogs, FoundLogs} from './client-logs.ts';
import type {Counter, Counters} from './counters.ts';
import {FifoClients} from './fifo-clients.ts';
import {Generations} from './generations.ts';
import {NONE} from './records.ts';
import {endSurplus} from './surplus.ts';

type Group = Generations | FifoClients;

/**
 * The clients, each with its logs. They are kept apart by levels, so that new clients cannot evict clients with
 * a full rule, and those cannot evict busy clients:
 *
 *     2   many requests: first in, first out
 *     1   a full rule: first in, first out
 *     0   new, in two generations: the quietest go first
 *
 * `find` and `raise` set where `logs` and `set` look: call them for one client at a time.
 */
export class Clients {
	readonly #new: Generations;
	readonly #full: FifoClients;
	readonly #many: FifoClients;
	readonly #levels: readonly Group[];
	readonly #counters: Counters;
	/** The group of the client that was last looked up. */
	#lastFound: Group;
	#now = -Infinity;

	/**
	 * @param max the most clients, a third of them on each level
	 * @param counters of which the clients have logs
	 */
	constructor(max: number, counters: Counters) {
		this.#counters = counters;
		const each = Math.floor(max / 3);
		this.#new = new Generations(each);
		this.#full = new FifoClients(each);
		this.#many = new FifoClients(each);
		this.#levels = [this.#new, this.#full, this.#many];
		this.#lastFound = this.#new;
	}

	/** The logs among which those of the last client are that was looked up. */
	get logs(): ClientLogs {
		return this.#lastFound.logs;
	}

	/** How many clients are remembered. */
	get size(): number {
		return this.#new.size + this.#full.size + this.#many.size;
	}

	/** Forgets clients that have been quiet for a span: call this first at a moment `now`. */
	forgetQuiet(now: number, span: number): void {
		this.#now = now;
		this.#new.rotate(now, span);
		this.#full.forgetQuiet(now, span);
		this.#many.forgetQuiet(now, span);
	}

	/** A client's first log; NONE if the client is not known. */
	find(client: string): number {
		// The group of the last client first: one that sends many requests is looked up again and again.
		return this.#lastFound.find(client) ?? this.#findElsewhere(client);
	}

	/** Keeps a client from being taken for a quiet one. */
	touch(client: string): void {
		this.find(client);
	}

	/** Makes room for one more client. Call this before you begin the first log of an unknown client. */
	makeRoom(): void {
		this.#lastFound = this.#new;
		this.#new.makeRoom();
	}

	/**
	 * Ends logs of the client that was last looked up, if it has too many to begin those of the counters.
	 *
	 * @param first its first log
	 * @returns its first log then
	 */
	endSurplus(first: number, counters: readonly Counter[]): number {
		return endSurplus(this.logs, first, counters, this.#counters, this.#now);
	}

	/** The logs of a client, which stays where it is; undefined if it is not known. */
	peek(client: string): FoundLogs | undefined {
		for (const group of this.#levels) {
			const found = group.peek(client);
			if (found) {
				return found;
			}
		}

		return undefined;
	}

	/** Sets the first log of the client that was last looked up. */
	set(client: string, log: number): void {
		this.#lastFound.set(client, log);
	}

	/** Moves the client that was last looked up, with its logs, up to a level, if it is not there yet. */
	raise(client: string, level: Level): void {
		if (level === 0 || this.#lastFound === this.#many) {
			return;
		}

		const target = level === 1 ? this.#full : this.#many;
		if (this.#lastFound === target) {
			return;
		}

		const first = this.#lastFound.find(client) ?? NONE;
		target.add(client, this.#lastFound.logs, first);
		this.#lastFound.delete(client);
		this.#lastFound = target;
	}

	delete(client: string): void {
		this.#new.delete(client);
		this.#full.delete(client);
		this.#many.delete(client);
	}

	clear(): void {
		this.#new.clear();
		this.#full.clear();
		this.#many.clear();
	}

	#findElsewhere(client: string): number {
		for (let level = 0; level < this.#levels.length; level += 1) {
			const group = this.#levels[level] as Group;
			const first = group === this.#lastFound ? undefined : group.find(client);
			if (first !== undefined) {
				this.#lastFound = group;
				return first;
			}
		}

		this.#lastFound = this.#new;
		return this.#new.moveOld(client);
	}
}
