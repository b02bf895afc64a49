import {Blocks, TIMES_PER_BLOCK} from './blocks.ts';
import type {Records} from './records.ts';

/*
 * What belongs to a queue stands in 16 cells of 32 bits side by side, which are one line of the
 * processor's cache: most decisions touch no more. The first two belong to who owns it.
 */
const OWN_CELLS = 2;
/** How many times it holds. */
const LENGTH = OWN_CELLS;
/** The first of them: its lower 32 bits, and what it has above these. */
const FIRST = 3;
const FIRST_HIGH = 4;
/** Where the first stands: among the recent ones, or in the first block if there is one. */
const PLACE = 5;
const FIRST_BLOCK = 6;
const LAST_BLOCK = 7;
/** How many cells of the recent times are filled; those before these times are in blocks. */
const FILLED = 8;
const RECENT = 9;
export const CELLS = RECENT + TIMES_PER_BLOCK;

/** Where queues stand. */
export interface Storage {
	readonly records: Records;
	readonly blocks: Blocks;
}

const BEYOND_LOW = 2 ** 32;
const noCells: Int32Array = new Int32Array(0);
const noBlocks = new Blocks();

/**
 * A queue of times, in whole milliseconds. Of all but the first the lower 32 bits are kept, since no two
 * are further apart than the longest window, of 45 days.
 *
 * This is a view, which `open` moves from one queue to the next: an object for each would take more room
 * than all that it is about. It holds until another queue has been begun.
 */
export class Times {
	#cells = noCells;
	#at = 0;
	#blocks = noBlocks;

	/** Moves to the queue that stands in a record. */
	open({records, blocks}: Storage, record: number): void {
		this.#cells = records.pageOf(record);
		this.#at = records.placeOf(record);
		this.#blocks = blocks;
	}

	/** How many times it holds. */
	get length(): number {
		return this.get(LENGTH);
	}

	get first(): number {
		return this.get(FIRST_HIGH) * BEYOND_LOW + (this.get(FIRST) >>> 0);
	}

	get last(): number {
		const last = this.get(RECENT - 1 + this.get(FILLED));
		return this.first + ((last - this.get(FIRST)) >>> 0);
	}

	/** How long ago the first was, as long as that is no more than 49 days. */
	sinceFirst(now: number): number {
		return (now - this.get(FIRST)) >>> 0;
	}

	/** Adds a time, which is none before the last. */
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
		this.set(LENGTH, length + 1);
	}

	/** Drops the first. */
	shift(): void {
		const {length} = this;
		if (length === 1) {
			this.empty();
			return;
		}

		const place = this.get(PLACE) + 1;
		if (!this.#hasBlocks()) {
			this.set(PLACE, place);
			this.#advanceFirst(this.get(RECENT + place));
		} else if (place < TIMES_PER_BLOCK) {
			this.set(PLACE, place);
			this.#advanceFirst(this.#blocks.timeAt(this.get(FIRST_BLOCK), place));
		} else {
			this.#shiftBlock();
		}

		this.set(LENGTH, length - 1);
	}

	/** Drops all, however many. */
	clear(): void {
		if (this.#hasBlocks()) {
			this.#blocks.giveBack(this.get(FIRST_BLOCK), this.get(LAST_BLOCK));
		}

		this.empty();
	}

	/** Takes over another queue's times, while its own are none. */
	copy(other: Times): void {
		for (let cell = LENGTH; cell < CELLS; cell += 1) {
			this.set(cell, other.get(cell));
		}

		if (other.#hasBlocks()) {
			const [first, last] = this.#blocks.copy(
				other.#blocks,
				other.get(FIRST_BLOCK),
				other.get(LAST_BLOCK),
			);
			this.set(FIRST_BLOCK, first);
			this.set(LAST_BLOCK, last);
		}
	}

	/** Makes what stands here an empty queue. */
	protected empty(): void {
		this.set(LENGTH, 0);
		this.set(PLACE, 0);
		this.set(FILLED, 0);
	}

	protected get(cell: number): number {
		return this.#cells[this.#at + cell] ?? 0;
	}

	protected set(cell: number, value: number): void {
		this.#cells[this.#at + cell] = value;
	}

	/** Makes room among the recent times: by those that have left, or by making a block of them. */
	#makeRoom(): void {
		const place = this.get(PLACE);
		if (place > 0 && !this.#hasBlocks()) {
			const from = this.#at + RECENT;
			this.#cells.copyWithin(from, from + place, from + TIMES_PER_BLOCK);
			this.set(PLACE, 0);
			this.set(FILLED, TIMES_PER_BLOCK - place);
			return;
		}

		const block = this.#blocks.save(this.#cells, this.#at + RECENT);
		if (this.#hasBlocks()) {
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
		this.#blocks.giveBack(block);
		this.set(PLACE, 0);
		this.set(FIRST_BLOCK, next);
		this.#advanceFirst(wasLast ? this.get(RECENT) : this.#blocks.timeAt(next, 0));
	}

	#advanceFirst(time: number): void {
		if (time >>> 0 < this.get(FIRST) >>> 0) {
			this.set(FIRST_HIGH, this.get(FIRST_HIGH) + 1);
		}

		this.set(FIRST, time);
	}

	#hasBlocks(): boolean {
		return this.length > this.get(FILLED) - this.get(PLACE);
	}
}
