interface Entry<Value> {
	readonly value: Value;
	/** When it expires, in milliseconds; Infinity for never. */
	readonly until: number;
}

/** How many entries are checked for expiry whenever one is set. */
const SWEPT_AT_ONCE = 100;

/**
 * A Map of limited size whose entries expire. When it is full, a new entry replaces the one that was set
 * first, so that an entry outlives at least `max - 1` later ones. No timer runs, and no call takes long.
 */
export class ExpiringMap<Value> {
	readonly #max: number;
	#entries = new Map<string, Entry<Value>>();
	/** Continues where the last sweep ended. An iterator of a Map allows for all changes. */
	#sweep = this.#entries.entries();
	/**
	 * Stands before the first entry: a new iterator would step over every deleted entry again. It is renewed
	 * with the sweep, since an iterator that stands still keeps all earlier tables of the Map alive.
	 */
	#front: MapIterator<[string, Entry<Value>]> | undefined;

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
	 * @returns the entry of another key that was evicted, if it had not expired
	 */
	set(key: string, value: Value, until: number, now: number): Entry<Value> | undefined {
		this.delete(key);
		this.removeExpired(now);
		const evicted = this.size < this.#max ? undefined : this.#removeFirst();
		this.#entries.set(key, {value, until});

		return evicted && evicted.until > now ? evicted : undefined;
	}

	delete(key: string): void {
		if (this.#entries.delete(key) && this.size === 0) {
			this.clear();
		}
	}

	/** Removes those of the next entries that have expired. */
	removeExpired(now: number): void {
		if (this.size === 0) {
			// It was cleared when it became empty: no iterator keeps anything.
			return;
		}

		// At least one: an iterator that stands still keeps all earlier tables of the Map alive.
		const looks = Math.min(SWEPT_AT_ONCE, this.size + 1);
		for (let look = 0; look < looks; look += 1) {
			const {done, value} = this.#sweep.next();
			if (done) {
				this.#sweep = this.#entries.entries();
				this.#front = undefined;
				return;
			}

			const [key, {until}] = value;
			if (until <= now) {
				this.delete(key);
			}
		}
	}

	/** The keys, in the order in which they were set. */
	keys(): Iterable<string> {
		return this.#entries.keys();
	}

	clear(): void {
		this.#entries = new Map();
		this.#sweep = this.#entries.entries();
		this.#front = undefined;
	}

	#removeFirst(): Entry<Value> | undefined {
		this.#front ??= this.#entries.entries();
		const {done, value} = this.#front.next();
		if (done) {
			return undefined;
		}

		const [key, entry] = value;
		this.#entries.delete(key);
		return entry;
	}
}
