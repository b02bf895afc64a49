/** A Map of what was set last: at most so many entries, in two generations, of which the elder is dropped whole. */
export class RecentMap<Value> {
	readonly #max: number;
	#young = new Map<string, Value>();
	#old = new Map<string, Value>();

	/** @param max how many entries there are at most; the last half as many that were set always are */
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
