import type {CompareKeys} from './compare-keys.ts';

/** No bound: the first pages of a tree have none below, the last ones none above. */
export const UNBOUNDED = -1;

/** Keys of branches, which bound the keys of the pages below. They are kept in one piece of memory. */
export class Separators {
	readonly #compare: CompareKeys;
	readonly #ends: number[] = [];
	#bytes = new Uint8Array(4096);

	constructor(compare: CompareKeys) {
		this.#compare = compare;
	}

	/** @returns its number */
	add(bytes: Uint8Array, start: number, end: number): number {
		const from = this.#ends.at(-1) ?? 0;
		const to = from + end - start;
		if (to > this.#bytes.length) {
			const larger = new Uint8Array(2 * to);
			larger.set(this.#bytes);
			this.#bytes = larger;
		}

		this.#bytes.set(bytes.subarray(start, end), from);

		return this.#ends.push(to) - 1;
	}

	/** Compares a key with a separator, as `CompareKeys` does. */
	compare(bytes: Uint8Array, start: number, end: number, separator: number): number {
		const from = this.#ends[separator - 1] ?? 0;
		const to = this.#ends[separator] ?? 0;

		return this.#compare(bytes, start, end, this.#bytes, from, to);
	}
}
