/** A Map of the entries that were set last. They are in two generations, and the older one is dropped whole. */
export class RecentMap<Value, Key = string> {
	readonly #max: number;
	#young = new Map<Key, Value>();
	#old = new Map<Key, Value>();
	#drops = 0;

	/** @param max the most entries; the last `max / 2` that were set are always kept */
	constructor(max: number) {
		this.#max = max;
	}

	/** How often a generation was dropped. */
	get drops(): number {
		return this.#drops;
	}

	get(key: Key): Value | undefined {
		return this.#young.get(key) ?? this.#old.get(key);
	}

	set(key: Key, value: Value): void {
		if (this.#young.size >= this.#max / 2 && !this.#young.has(key)) {
			this.#old = this.#young;
			this.#young = new Map();
			this.#drops += 1;
		}

		this.#young.set(key, value);
	}

	delete(key: Key): void {
		this.#young.delete(key);
		this.#old.delete(key);
	}

	clear(): void {
		this.#young.clear();
		this.#old.clear();
	}
}
