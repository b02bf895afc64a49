interface Entry<Value> {
	readonly key: string;
	readonly value: Value;
	/** When it ends, in milliseconds; Infinity for never. */
	readonly until: number;
	/** Which of those that end together came first. */
	readonly order: number;
	/** Where it stands in the heap. */
	place: number;
}

/**
 * A Map whose entries end, of a greatest size: when it is full, the entry that ends first gives way to a
 * new one. No timer runs: an entry that has ended is as good as none.
 *
 * The entries stand in a binary heap too, in which none ends before the one above it.
 */
export class ExpiringMap<Value> {
	readonly max: number;
	readonly #entries = new Map<string, Entry<Value>>();
	readonly #heap: Array<Entry<Value>> = [];
	#made = 0;

	constructor(max: number) {
		this.max = max;
	}

	/** How many entries it holds; some may have ended. */
	get size(): number {
		return this.#entries.size;
	}

	/** The value of an entry that has not ended, and when it ends. */
	get(key: string, now: number): {readonly value: Value; readonly until: number} | undefined {
		const entry = this.#entries.get(key);

		return entry && entry.until > now ? entry : undefined;
	}

	/**
	 * Sets an entry in place of the key's own.
	 *
	 * @returns whether another one gave way that had not ended
	 */
	set(key: string, value: Value, until: number, now: number): boolean {
		this.delete(key);
		this.forgetEnded(now);
		const [first] = this.#heap;
		const isFull = this.size >= this.max && first !== undefined;
		if (isFull) {
			this.delete(first.key);
		}

		const entry = {key, value, until, order: this.#made, place: this.#heap.length};
		this.#made += 1;
		this.#entries.set(key, entry);
		this.#heap.push(entry);
		this.#rise(entry);
		return isFull;
	}

	delete(key: string): void {
		const entry = this.#entries.get(key);
		if (entry === undefined) {
			return;
		}

		this.#entries.delete(key);
		const last = this.#heap.pop();
		if (last !== undefined && last !== entry) {
			this.#put(last, entry.place);
			this.#rise(last);
			this.#sink(last);
		}
	}

	/** Gives back the room of all entries that have ended. */
	forgetEnded(now: number): void {
		for (let [first] = this.#heap; first && first.until <= now; [first] = this.#heap) {
			this.delete(first.key);
		}

		if (this.size === 0) {
			// What an emptied array and Map keep for later is given back.
			this.clear();
		}
	}

	/** The keys that there are now, in the order in which they were set. */
	keys(): string[] {
		return [...this.#entries.keys()];
	}

	clear(): void {
		this.#entries.clear();
		this.#heap.length = 0;
	}

	#put(entry: Entry<Value>, place: number): void {
		this.#heap[place] = entry;
		entry.place = place;
	}

	#rise(entry: Entry<Value>): void {
		for (;;) {
			const above = this.#heap[(entry.place - 1) >> 1];
			if (above === undefined || !endsBefore(entry, above)) {
				return;
			}

			this.#swap(entry, above);
		}
	}

	#sink(entry: Entry<Value>): void {
		for (;;) {
			const left = this.#heap[2 * entry.place + 1];
			const right = this.#heap[2 * entry.place + 2];
			const below = left && right && endsBefore(right, left) ? right : left;
			if (below === undefined || !endsBefore(below, entry)) {
				return;
			}

			this.#swap(entry, below);
		}
	}

	#swap(one: Entry<Value>, other: Entry<Value>): void {
		const {place} = one;
		this.#put(one, other.place);
		this.#put(other, place);
	}
}

function endsBefore(one: Entry<unknown>, other: Entry<unknown>): boolean {
	return one.until < other.until || (one.until === other.until && one.order < other.order);
}
