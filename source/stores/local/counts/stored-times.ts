import {type Blocks, TIMES_PER_BLOCK} from './blocks.ts';
import {type BlocksUsed, noBlocks} from './log-format.ts';

/** How many times a client's record holds, at most: older ones are moved to blocks. */
const MAX_INLINE = 2 * TIMES_PER_BLOCK;

/** How many blocks are removed at once, at most. The sweep removes the others. */
const MAX_REMOVED = 64;

/**
 * The times of a log, in order: the lower 32 bits of each. Up to 256 are in the client's record, so that a decision
 * writes little; older ones are in blocks, each a record of its own.
 */
export class StoredTimes {
	readonly #blocks: Blocks;
	#used: BlocksUsed;
	#inline: Buffer;
	#added: number[] = [];
	/** The numbers of blocks whose times are all gone: from one to another. */
	#left: {readonly from: number; readonly to: number} | undefined;

	/** @param inline the times in the client's record, 4 bytes each */
	constructor(blocks: Blocks, used: BlocksUsed, inline: Buffer) {
		this.#blocks = blocks;
		this.#used = used;
		this.#inline = inline;
	}

	get length(): number {
		return this.#inBlocks + this.#inline.length / 4 + this.#added.length;
	}

	/** The lower 32 bits of the time at an index; undefined if it left the window so long ago that it was swept. */
	at(index: number): number | undefined {
		const inBlocks = this.#inBlocks;
		if (index < inBlocks) {
			const {first, gone} = this.#used;
			const place = index + gone;
			return this.#blocks.timeAt(
				first + Math.floor(place / TIMES_PER_BLOCK),
				place % TIMES_PER_BLOCK,
			);
		}

		const offset = 4 * (index - inBlocks);
		return offset < this.#inline.length
			? this.#inline.readUInt32LE(offset)
			: (this.#added[(offset - this.#inline.length) / 4] ?? 0);
	}

	push(time: number): void {
		this.#added.push(time);
	}

	dropFirst(dropped: number): void {
		const fromBlocks = Math.min(dropped, this.#inBlocks);
		if (fromBlocks > 0) {
			this.#dropFromBlocks(fromBlocks);
		}

		const left = dropped - fromBlocks;
		const fromInline = Math.min(left, this.#inline.length / 4);
		this.#inline = this.#inline.subarray(4 * fromInline);
		if (left > fromInline) {
			this.#added.splice(0, left - fromInline);
		}
	}

	/**
	 * Removes the times from an index to another. Those after them move up: mostly there are few. Call this when all that
	 * have left the window are dropped.
	 */
	remove(from: number, to: number): void {
		const {first, gone} = this.#used;
		const block = Math.floor((Math.min(from, this.#inBlocks) + gone) / TIMES_PER_BLOCK);
		const begin = Math.max(0, block * TIMES_PER_BLOCK - gone);
		const kept = [...this.#between(begin, from), ...this.#between(to, this.length)];
		// The blocks from this one on are written again when times are next moved to them.
		this.#used = block === 0 ? noBlocks : {first, count: block, gone};
		this.#inline = Buffer.alloc(0);
		this.#added = kept;
	}

	/**
	 * Moves the oldest of too many times in the record to blocks, and removes blocks whose times are gone. Call this when
	 * the record is written: until then it names them.
	 *
	 * @param until when the last time of all leaves the window
	 */
	moveToBlocks(until: number): void {
		const {from, to} = this.#left ?? {from: 0, to: 0};
		for (let block = from; block < Math.min(to, from + MAX_REMOVED); block += 1) {
			this.#blocks.remove(block);
		}

		this.#left = undefined;
		let inline = this.inline();
		let {first, count, gone} = this.#used;
		for (; inline.length > 4 * MAX_INLINE; count += 1) {
			this.#blocks.write(first + count, inline.subarray(0, 4 * TIMES_PER_BLOCK), until);
			inline = inline.subarray(4 * TIMES_PER_BLOCK);
		}

		this.#used = {first, count, gone};
		this.#inline = inline;
		this.#added = [];
	}

	get blocksUsed(): BlocksUsed {
		return this.#used;
	}

	/** The times for the client's record, 4 bytes each. */
	inline(): Buffer {
		if (this.#added.length === 0) {
			return this.#inline;
		}

		const {length} = this.#inline;
		const all = Buffer.allocUnsafe(length + 4 * this.#added.length);
		this.#inline.copy(all);
		for (const [index, time] of this.#added.entries()) {
			all.writeUInt32LE(time, length + 4 * index);
		}

		return all;
	}

	get #inBlocks(): number {
		return this.#used.count * TIMES_PER_BLOCK - this.#used.gone;
	}

	#dropFromBlocks(dropped: number): void {
		const {first, count, gone} = this.#used;
		const whole = Math.floor((gone + dropped) / TIMES_PER_BLOCK);
		this.#left = {from: this.#left?.from ?? first, to: first + whole};
		this.#used =
			whole === count
				? noBlocks
				: {
						first: first + whole,
						count: count - whole,
						gone: gone + dropped - whole * TIMES_PER_BLOCK,
					};
	}

	#between(from: number, to: number): number[] {
		return Array.from({length: to - from}, (_, index) => this.at(from + index) ?? 0);
	}
}
