import {Blocks, TIMES_PER_BLOCK} from './blocks.ts';
import type {Records} from './records.ts';

/*
 * A queue takes 16 cells of 32 bits, side by side: one line of the processor's cache. Most decisions touch no
 * more. The first two cells belong to the owner of the queue.
 */
const OWN_CELLS = 2;
/** How many times the queue holds. The upper bits are its owner's. */
export const LENGTH = OWN_CELLS;
export const LENGTH_BITS = 24;
const LENGTH_MASK = 2 ** LENGTH_BITS - 1;
/** The first time: its lower 32 bits, and the bits above them. */
export const FIRST = 3;
export const FIRST_HIGH = 4;
/** The cell of the first time: in the first block if there is one, otherwise among the recent times. */
export const FIRST_CELL = 5;
export const FIRST_BLOCK = 6;
export const LAST_BLOCK = 7;
/** How many cells of the recent times are filled. Earlier times are in blocks. */
export const FILLED = 8;
export const RECENT = 9;
export const CELLS = RECENT + TIMES_PER_BLOCK;

/** Where queues are stored. */
export interface Storage {
	readonly records: Records;
	readonly blocks: Blocks;
}

const BEYOND_LOW = 2 ** 32;
const noCells: Int32Array = new Int32Array(0);
const noBlocks = new Blocks();

/**
 * A queue of times in whole milliseconds. Except for the first, only the lower 32 bits of each are stored,
 * since no two are further apart than the longest window, 45 days.
 *
 * An object for each queue would take more memory than the queue: this is a view that `open` moves from one to
 * the next. It is valid until another queue is begun.
 */
export class Times {
	#cells = noCells;
	#at = 0;
	#blocks = noBlocks;

	/** Moves the view to the queue in a record. */
	open({records, blocks}: Storage, record: number): void {
		this.#cells = records.pageOf(record);
		this.#at = records.offsetOf(record);
		this.#blocks = blocks;
	}

	get length(): number {
		return this.get(LENGTH) & LENGTH_MASK;
	}

	get first(): number {
		return this.get(FIRST_HIGH) * BEYOND_LOW + (this.get(FIRST) >>> 0);
	}

	get last(): number {
		const last = this.get(RECENT - 1 + this.get(FILLED));
		return this.first + ((last - this.get(FIRST)) >>> 0);
	}

	/** How long ago the first time was, if it was less than 49 days ago. */
	sinceFirst(now: number): number {
		return (now - this.get(FIRST)) >>> 0;
	}

	/** Adds a time that is not before the last. */
	push(now: number): void {
		const {length} = this;
		if (length === 0) {
			this.set(FIRST, now);
			this.set(FIRST_HIGH, Math.floor(now / BEYOND_LOW));
		} else if (this.get(FILLED) === TIMES_PER_BLOCK) {
			this.#makeRoom();
		}

		const filled = this.get(FILLED);
		this.set(RECENT + filled, now);
		this.set(FILLED, filled + 1);
		this.set(LENGTH, this.get(LENGTH) + 1);
	}

	/** Drops the first time. */
	shift(): void {
		const {length} = this;
		if (length === 1) {
			this.empty();
			return;
		}

		const cell = this.get(FIRST_CELL) + 1;
		if (!this.hasBlocks) {
			this.set(FIRST_CELL, cell);
			this.#advanceFirst(this.get(RECENT + cell));
		} else if (cell < TIMES_PER_BLOCK) {
			this.set(FIRST_CELL, cell);
			this.#advanceFirst(this.#blocks.timeAt(this.get(FIRST_BLOCK), cell));
		} else {
			this.#shiftBlock();
		}

		this.set(LENGTH, this.get(LENGTH) - 1);
	}

	/** Drops all times. */
	clear(): void {
		if (this.hasBlocks) {
			this.#blocks.free(this.get(FIRST_BLOCK), this.get(LAST_BLOCK));
		}

		this.empty();
	}

	/** Copies the times of another queue to this one, which is empty. */
	copy(other: Times): void {
		for (let cell = LENGTH; cell < CELLS; cell += 1) {
			this.set(cell, other.get(cell));
		}

		if (other.hasBlocks) {
			const [first, last] = this.#blocks.copy(
				other.#blocks,
				other.get(FIRST_BLOCK),
				other.get(LAST_BLOCK),
			);
			this.set(FIRST_BLOCK, first);
			this.set(LAST_BLOCK, last);
		}
	}

	/** Makes this an empty queue, whatever its cells contain. */
	protected empty(): void {
		this.set(LENGTH, 0);
		this.set(FIRST_CELL, 0);
		this.set(FILLED, 0);
	}

	protected get(cell: number): number {
		return this.#cells[this.#at + cell] ?? 0;
	}

	protected set(cell: number, value: number): void {
		this.#cells[this.#at + cell] = value;
	}

	/** Makes room among the recent times: removes those that were dropped, or moves all to a block. */
	#makeRoom(): void {
		const cell = this.get(FIRST_CELL);
		if (cell > 0 && !this.hasBlocks) {
			const from = this.#at + RECENT;
			this.#cells.copyWithin(from, from + cell, from + TIMES_PER_BLOCK);
			this.set(FIRST_CELL, 0);
			this.set(FILLED, TIMES_PER_BLOCK - cell);
			return;
		}

		const block = this.#blocks.save(this.#cells, this.#at + RECENT);
		if (this.hasBlocks) {
			this.#blocks.link(this.get(LAST_BLOCK), block);
		} else {
			this.set(FIRST_BLOCK, block);
		}

		this.set(LAST_BLOCK, block);
		this.set(FILLED, 0);
	}

	#shiftBlock(): void {
		const block = this.get(FIRST_BLOCK);
		const next = this.#blocks.nextOf(block);
		const wasLast = block === this.get(LAST_BLOCK);
		this.#blocks.free(block);
		this.set(FIRST_CELL, 0);
		this.set(FIRST_BLOCK, next);
		this.#advanceFirst(wasLast ? this.get(RECENT) : this.#blocks.timeAt(next, 0));
	}

	#advanceFirst(time: number): void {
		if (time >>> 0 < this.get(FIRST) >>> 0) {
			this.set(FIRST_HIGH, this.get(FIRST_HIGH) + 1);
		}

		this.set(FIRST, time);
	}

	protected get blocks(): Blocks {
		return this.#blocks;
	}

	protected get hasBlocks(): boolean {
		return this.length > this.get(FILLED) - this.get(FIRST_CELL);
	}
}
