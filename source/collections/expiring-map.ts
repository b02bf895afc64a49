interface Entry<Value> {
	readonly value: Value;
	/** When it expires, in milliseconds; Infinity for never. */
	readonly until: number;
}

/** How many entries are looked at, to see whether they have expired, whenever one is set. */
const SWEPT_AT_ONCE = 100;

/**
 * A Map of limited size whose entries expire. When it is full, a new entry replaces the one that was set
 * first: to evict an entry takes as many later ones as there is room for, whenever these expire. No timer
 * runs, and no call takes long.
 */
export class ExpiringMap<Value> {
	readonly #max: number;
	#entries = new Map<string, Entry<Value>>();
	/** Goes on where the last sweep ended; an iterator of a Map bears all changes. */
	#sweep = this.#entries.entries();

	constructor(max: number) {
		this.#max = max;
	}

	/** How many entries it holds; some may have expired. */
	get size(): number {
		return this.#entries.size;
	}

	/** An entry that has not expired. */
	get(key: string, now: number): Entry<Value> | undefined {
		const entry = this.#entries.get(key);

		return entry && entry.until > now ? entry : undefined;
	}

	/**
	 * Sets an entry in place of the key's own.
	 *
	 * @returns the entry of another key that had to go, if it had not expired
	 */
	set(key: string, value: Value, until: number, now: number): Entry<Value> | undefined {
		this.#entries.delete(key);
		this.removeExpired(now);
		const evicted = this.size < this.#max ? undefined : this.#removeFirst();
		this.#entries.set(key, {value, until});

		return evicted && evicted.until > now ? evicted : undefined;
	}

	delete(key: string): void {
		this.#entries.delete(key);
	}

	/** Removes entries that have expired: of as many as are looked at. */
	removeExpired(now: number): void {
		// One at least: an iterator that stands still keeps all that the Map was before.
		const looks = Math.min(SWEPT_AT_ONCE, this.size + 1);
		for (let look = 0; look < looks; look += 1) {
			const {done, value} = this.#sweep.next();
			if (done) {
				this.#sweep = this.#entries.entries();
				return;
			}

			const [key, {until}] = value;
			if (until <= now) {
				this.#entries.delete(key);
			}
		}
	}

	/** The keys that there are now, in the order in which they were set. */
	keys(): string[] {
		return [...this.#entries.keys()];
	}

	clear(): void {
		this.#entries = new Map();
		this.#sweep = this.#entries.entries();
	}

	#removeFirst(): Entry<Value> | undefined {
		for (const [key, entry] of this.#entries) {
			this.#entries.delete(key);
			return entry;
		}

		return undefined;
	}
}
