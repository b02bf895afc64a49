import type {Ban} from '../../context.ts';
import type {Clock} from './clock.ts';

/** How many bans are kept. */
const MAX_BANS = 10_000;

/** How many are known as begun in this process. */
const MAX_OWN = 1000;

/** A collection may grow by a tenth before its first entries are dropped. */
const GROWTH = 1.1;

interface ListedBan {
	readonly ban: Ban;
	/** By the steady clock; Infinity for a ban without end. */
	readonly endsAt: number;
}

/** The bans that were read last, with what has begun and ended in this process since. */
export class ListedBans {
	readonly #clock: Clock;
	#bans = new Map<string, ListedBan>();
	/** The clients whose bans began in this process, the newest last. */
	readonly #own = new Set<string>();
	/** What has changed since a read began, which may not have seen it. */
	#changed: Map<string, ListedBan | undefined> | undefined;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	begin(ban: Ban): void {
		const listed = this.#listed(ban);
		this.#change(ban.client, listed);
		this.#own.delete(ban.client);
		this.#own.add(ban.client);
		keepBounded(this.#own, MAX_OWN);
	}

	end(client: string): void {
		this.#change(client, undefined);
		this.#own.delete(client);
	}

	/** Replaces the list. Nothing changes if the read fails. Returns whether there were more bans than are kept. */
	async replace(bans: AsyncIterable<Ban>): Promise<boolean> {
		const read = new Map<string, ListedBan>();
		const changed = new Map<string, ListedBan | undefined>();
		this.#changed = changed;
		let isPartial = false;
		try {
			for await (const ban of bans) {
				isPartial = read.size >= MAX_BANS;
				if (isPartial) {
					break;
				}

				read.set(ban.client, this.#listed(ban));
			}
		} finally {
			this.#changed = undefined;
		}

		this.#bans = read;
		for (const [client, listed] of changed) {
			this.#change(client, listed);
		}

		return isPartial;
	}

	get(client: string): Ban | undefined {
		const listed = this.#bans.get(client);

		return listed && this.#current(listed);
	}

	/** Those in force. Those that began last in this process come first. */
	*inForce(): Generator<Ban> {
		keepLast(this.#bans, MAX_BANS);
		for (const client of [...this.#own].reverse()) {
			const ban = this.get(client);
			if (ban) {
				yield ban;
			}
		}

		for (const [client, listed] of this.#bans) {
			const ban = this.#own.has(client) ? undefined : this.#current(listed);
			if (ban) {
				yield ban;
			}
		}
	}

	#listed(ban: Ban): ListedBan {
		return {ban, endsAt: this.#clock.steady() + ban.retryAfter * 1000};
	}

	#current({ban, endsAt}: ListedBan): Ban | undefined {
		const left = endsAt - this.#clock.steady();

		return left > 0 ? {...ban, retryAfter: Math.ceil(left / 1000)} : undefined;
	}

	#change(client: string, listed: ListedBan | undefined): void {
		this.#changed?.set(client, listed);
		keepBounded(this.#changed, MAX_BANS);
		this.#bans.delete(client);
		if (listed) {
			this.#bans.set(client, listed);
			keepBounded(this.#bans, MAX_BANS);
		}
	}
}

type Entries = Set<string> | Map<string, unknown>;

/**
 * Keeps a collection bounded, when an entry was added. Entries are dropped many at a time: whoever looks for the first
 * one steps over all that were deleted before it.
 */
function keepBounded(entries: Entries | undefined, max: number): void {
	if (entries !== undefined && entries.size > max * GROWTH) {
		keepLast(entries, max);
	}
}

function keepLast(entries: Entries, max: number): void {
	for (const key of entries.keys()) {
		if (entries.size <= max) {
			return;
		}

		entries.delete(key);
	}
}
