/**
 * A map that forgets what was not touched for a span, without a timer and without a sweep: there are
 * two maps, and when the span has passed the older is dropped whole.
 */
export class Generations<Value> {
	#young = new Map<string, Value>();
	#old = new Map<string, Value>();
	#turnedAt = -Infinity;

	/** Whether it is time to turn: call this before anything else at a moment `now`. */
	turn(now: number, span: number): boolean {
		if (now - this.#turnedAt < span) {
			return false;
		}

		this.#old = now - this.#turnedAt < 2 * span ? this.#young : new Map();
		this.#young = new Map();
		this.#turnedAt = now;
		return true;
	}

	/** Finds a value; being asked for is being touched. */
	get(key: string): Value | undefined {
		const value = this.#young.get(key);
		if (value !== undefined) {
			return value;
		}

		const older = this.#old.get(key);
		if (older !== undefined) {
			this.#old.delete(key);
			this.#young.set(key, older);
		}

		return older;
	}

	set(key: string, value: Value): void {
		this.#old.delete(key);
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

	/** How many values are held. */
	get size(): number {
		return this.#young.size + this.#old.size;
	}
}
