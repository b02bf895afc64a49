import {NONE, Records} from './records.ts';

/*
 * What belongs to a log stands in 16 cells of 32 bits side by side, which are one line of the
 * processor's cache: most decisions touch no more.
 */
const COUNTER = 0;
const NEXT = 1;
/** How many times it holds. */
const LENGTH = 2;
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
const CELLS = 16;

/** A block has as many times as a log has recent ones, and then the number of the next block. */
const TIMES_PER_BLOCK = CELLS - RECENT;
const NEXT_BLOCK = TIMES_PER_BLOCK;

const BEYOND_LOW = 2 ** 32;

/**
 * Sliding logs: of each client and counter the times of the last `count` events, which is all that an
 * exact sliding window needs to know. An event at time t lies in the window until t + window.
 *
 * A log is a number, since an object for each would take more room than all that it is about. Times are
 * whole milliseconds, of which but for the first the lower 32 bits are kept: no two of a log are further
 * apart than the longest window, of 45 days.
 */
export class Logs {
	readonly #logs = new Records(CELLS);
	readonly #blocks = new Records(TIMES_PER_BLOCK + 1);

	/** Begins an empty log in front of a client's others. */
	begin(counter: number, next: number): number {
		const log = this.#logs.take();
		this.#set(log, COUNTER, counter);
		this.#set(log, NEXT, next);
		this.#empty(log);
		return log;
	}

	/** Ends a log, whose number may then be another's. */
	end(log: number): void {
		this.clear(log);
		this.#logs.giveBack(log);
	}

	/** Among a client's logs, from its first on, the one for a counter. */
	find(first: number, counter: number): number {
		let log = first;
		while (log !== NONE && this.counterOf(log) !== counter) {
			log = this.nextOf(log);
		}

		return log;
	}

	/** The client's next log. */
	nextOf(log: number): number {
		return this.#get(log, NEXT);
	}

	counterOf(log: number): number {
		return this.#get(log, COUNTER);
	}

	/** How many events are left in the window; those that have left it are forgotten. */
	within(log: number, window: number, now: number): number {
		let length = this.lengthOf(log);
		if (length === 0 || now - this.firstOf(log) < window) {
			return length;
		}

		if (now - this.#lastOf(log) >= window) {
			this.clear(log);
			return 0;
		}

		do {
			this.#dropFirst(log);
			length -= 1;
		} while (now - this.firstOf(log) >= window);

		return length;
	}

	/** How many events it holds, as `within` has left them. */
	lengthOf(log: number): number {
		return this.#get(log, LENGTH);
	}

	/** When the first of these was. */
	firstOf(log: number): number {
		return this.#get(log, FIRST_HIGH) * BEYOND_LOW + (this.#get(log, FIRST) >>> 0);
	}

	/** Counts an event now. Beyond `count`, the first no longer matters. */
	add(log: number, count: number, now: number): void {
		let length = this.lengthOf(log);
		if (length >= count) {
			this.#dropFirst(log);
			length -= 1;
		}

		if (length === 0) {
			this.#set(log, FIRST, now);
			this.#set(log, FIRST_HIGH, Math.floor(now / BEYOND_LOW));
		} else if (this.#get(log, FILLED) === TIMES_PER_BLOCK) {
			this.#makeRoom(log);
		}

		const cells = this.#logs.pageOf(log);
		const place = this.#logs.placeOf(log);
		const filled = cells[place + FILLED] ?? 0;
		cells[place + RECENT + filled] = now;
		cells[place + FILLED] = filled + 1;
		cells[place + LENGTH] = length + 1;
	}

	/** Forgets all events, however many. */
	clear(log: number): void {
		if (this.#hasBlocks(log)) {
			this.#blocks.giveBack(this.#get(log, FIRST_BLOCK), this.#get(log, LAST_BLOCK));
		}

		this.#empty(log);
	}

	/** Copies a log from elsewhere in front of a client's others. */
	copy(from: Logs, log: number, next: number): number {
		const copied = this.begin(from.counterOf(log), next);
		for (let cell = LENGTH; cell < CELLS; cell += 1) {
			this.#set(copied, cell, from.#get(log, cell));
		}

		if (from.#hasBlocks(log)) {
			this.#copyBlocks(from, log, copied);
		}

		return copied;
	}

	#copyBlocks(from: Logs, log: number, copied: number): void {
		let block = from.#get(log, FIRST_BLOCK);
		let own = this.#blocks.take();
		this.#set(copied, FIRST_BLOCK, own);
		this.#copyBlock(from, block, own);
		while (block !== from.#get(log, LAST_BLOCK)) {
			block = from.#blocks.get(block, NEXT_BLOCK);
			const next = this.#blocks.take();
			this.#copyBlock(from, block, next);
			this.#blocks.set(own, NEXT_BLOCK, next);
			own = next;
		}

		this.#set(copied, LAST_BLOCK, own);
	}

	#copyBlock(from: Logs, block: number, to: number): void {
		for (let place = 0; place < TIMES_PER_BLOCK; place += 1) {
			this.#blocks.set(to, place, from.#blocks.get(block, place));
		}
	}

	/** Makes room among the recent times: by those that have left, or by making a block of them. */
	#makeRoom(log: number): void {
		const place = this.#get(log, PLACE);
		if (this.#hasBlocks(log)) {
			const block = this.#blockOfRecent(log);
			this.#blocks.set(this.#get(log, LAST_BLOCK), NEXT_BLOCK, block);
			this.#set(log, LAST_BLOCK, block);
			this.#set(log, FILLED, 0);
		} else if (place === 0) {
			const block = this.#blockOfRecent(log);
			this.#set(log, FIRST_BLOCK, block);
			this.#set(log, LAST_BLOCK, block);
			this.#set(log, FILLED, 0);
		} else {
			for (let cell = RECENT + place; cell < CELLS; cell += 1) {
				this.#set(log, cell - place, this.#get(log, cell));
			}

			this.#set(log, PLACE, 0);
			this.#set(log, FILLED, TIMES_PER_BLOCK - place);
		}
	}

	#blockOfRecent(log: number): number {
		const block = this.#blocks.take();
		for (let place = 0; place < TIMES_PER_BLOCK; place += 1) {
			this.#blocks.set(block, place, this.#get(log, RECENT + place));
		}

		return block;
	}

	#dropFirst(log: number): void {
		const length = this.lengthOf(log);
		if (length === 1) {
			this.#empty(log);
			return;
		}

		const place = this.#get(log, PLACE) + 1;
		if (!this.#hasBlocks(log)) {
			this.#set(log, PLACE, place);
			this.#advanceFirst(log, this.#get(log, RECENT + place));
		} else if (place < TIMES_PER_BLOCK) {
			this.#set(log, PLACE, place);
			this.#advanceFirst(log, this.#blocks.get(this.#get(log, FIRST_BLOCK), place));
		} else {
			this.#dropFirstBlock(log);
		}

		this.#set(log, LENGTH, length - 1);
	}

	#dropFirstBlock(log: number): void {
		const block = this.#get(log, FIRST_BLOCK);
		const next = this.#blocks.get(block, NEXT_BLOCK);
		const wasLast = block === this.#get(log, LAST_BLOCK);
		this.#blocks.giveBack(block);
		this.#set(log, PLACE, 0);
		this.#set(log, FIRST_BLOCK, next);
		this.#advanceFirst(log, wasLast ? this.#get(log, RECENT) : this.#blocks.get(next, 0));
	}

	#advanceFirst(log: number, time: number): void {
		if (time >>> 0 < this.#get(log, FIRST) >>> 0) {
			this.#set(log, FIRST_HIGH, this.#get(log, FIRST_HIGH) + 1);
		}

		this.#set(log, FIRST, time);
	}

	/** When the last event was. */
	#lastOf(log: number): number {
		const last = this.#get(log, RECENT - 1 + this.#get(log, FILLED));
		return this.firstOf(log) + ((last - this.#get(log, FIRST)) >>> 0);
	}

	#hasBlocks(log: number): boolean {
		return this.lengthOf(log) > this.#get(log, FILLED) - this.#get(log, PLACE);
	}

	#empty(log: number): void {
		this.#set(log, LENGTH, 0);
		this.#set(log, PLACE, 0);
		this.#set(log, FILLED, 0);
	}

	#get(log: number, cell: number): number {
		return this.#logs.get(log, cell);
	}

	#set(log: number, cell: number, value: number): void {
		this.#logs.set(log, cell, value);
	}
}
