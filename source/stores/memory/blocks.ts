import {Records} from './records.ts';

/** How many times a block contains. */
export const TIMES_PER_BLOCK = 7;
const NEXT = TIMES_PER_BLOCK;

/** Replaces a time, which stands at an index. */
export type Replace = (time: number, index: number) => number;

/** The older times of logs, in linked blocks. */
export class Blocks {
	readonly #records = new Records(TIMES_PER_BLOCK + 1);

	/** Makes a block of the times in these cells. */
	save(cells: Int32Array, from: number): number {
		const block = this.#records.take();
		const own = this.#records.pageOf(block);
		const offset = this.#records.offsetOf(block);
		for (let index = 0; index < TIMES_PER_BLOCK; index += 1) {
			own[offset + index] = cells[from + index] ?? 0;
		}

		return block;
	}

	timeAt(block: number, cell: number): number {
		return this.#records.get(block, cell);
	}

	nextOf(block: number): number {
		return this.#records.get(block, NEXT);
	}

	/** The time in a cell of this block, or as far on in those that are linked behind it. */
	timeFrom(block: number, cell: number): number {
		let found = block;
		let left = cell;
		for (; left >= TIMES_PER_BLOCK; left -= TIMES_PER_BLOCK) {
			found = this.nextOf(found);
		}

		return this.timeAt(found, left);
	}

	/** Links `next` behind `block`. */
	link(block: number, next: number): void {
		this.#records.set(block, NEXT, next);
	}

	/** Replaces the times of a block from a cell on, in order. The index is that of the first of them. */
	replace(block: number, from: number, replace: Replace, index: number): void {
		const own = this.#records.pageOf(block);
		const offset = this.#records.offsetOf(block);
		for (let at = from; at < TIMES_PER_BLOCK; at += 1) {
			own[offset + at] = replace(own[offset + at] ?? 0, index + at - from);
		}
	}

	/** Frees a block, or all blocks from the first to the last. */
	free(first: number, last = first): void {
		this.#records.free(first, last);
	}

	/** Copies the blocks from the first to the last. Returns the first and the last copy. */
	copy(from: Blocks, first: number, last: number): readonly [first: number, last: number] {
		const copyOf = (block: number) =>
			this.save(from.#records.pageOf(block), from.#records.offsetOf(block));

		const ownFirst = copyOf(first);
		let ownLast = ownFirst;
		for (let block = first; block !== last; ) {
			block = from.nextOf(block);
			const next = copyOf(block);
			this.link(ownLast, next);
			ownLast = next;
		}

		return [ownFirst, ownLast];
	}
}
