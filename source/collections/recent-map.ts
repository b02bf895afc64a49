/** A Map of the entries that were set last. They are in two generations, and the older one is dropped whole. */
export class RecentMap<Value> {
	readonly #max: number;
	#young = new Map<string, Value>();
	#old = new Map<string, Value>();

	/** @param max the most entries; the last `max / 2` that were set are always kept */
	constructor(max: number) {
		this.#max = max;
	}

	get(key: string): Value | undefined {
		return this.#young.get(key) ?? this.#old.get(key);
	}

	set(key: string, value: Value): void {
		if (this.#young.size >= this.#max / 2) {
			this.#old = this.#young;
			this.#young = new Map();
		}

		this.#young.set(key, value);
	}

	delete(key: string): void {
		this.#young.delete(key);
		this.#old.delete(key);
	}

	clear(): void {
		this.#young.clear();
		this.#old.clear();
	}
}
