import {Records} from './records.ts';

/** How many times a block contains. */
export const TIMES_PER_BLOCK = 7;
const NEXT = TIMES_PER_BLOCK;

/** The older times of logs, in linked blocks. */
export class Blocks {
	readonly #records = new Records(TIMES_PER_BLOCK + 1);

	/** Makes a block of the times in these cells. */
	save(cells: Int32Array, from: number): number {
		const block = this.#records.take();
		const own = this.#records.pageOf(block);
		const place = this.#records.placeOf(block);
		for (let index = 0; index < TIMES_PER_BLOCK; index += 1) {
			own[place + index] = cells[from + index] ?? 0;
		}

		return block;
	}

	timeAt(block: number, place: number): number {
		return this.#records.get(block, place);
	}

	nextOf(block: number): number {
		return this.#records.get(block, NEXT);
	}

	/** Links `next` behind `block`. */
	link(block: number, next: number): void {
		this.#records.set(block, NEXT, next);
	}

	/** Frees a block, or all blocks from the first to the last. */
	giveBack(first: number, last = first): void {
		this.#records.giveBack(first, last);
	}

	/** Copies the blocks from the first to the last. Returns the first and the last copy. */
	copy(from: Blocks, first: number, last: number): readonly [first: number, last: number] {
		const copyOf = (block: number) =>
			this.save(from.#records.pageOf(block), from.#records.placeOf(block));

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
