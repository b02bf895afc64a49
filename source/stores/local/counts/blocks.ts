import type {Records} from '../tables/records.ts';

/** How many times a block holds. */
export const TIMES_PER_BLOCK = 128;

/** The bytes of a block before its times: when the last of them leaves the window. */
const HEAD = 8;

/** The blocks of one log. */
export class Blocks {
	readonly #records: Records;
	readonly #prefix: () => Buffer;
	#known: Buffer | undefined;
	/** The block that was read last. */
	#last: {readonly number: number; readonly block: Buffer} | undefined;

	/** @param prefix returns what the keys of the log's blocks begin with: only long logs have blocks */
	constructor(records: Records, prefix: () => Buffer) {
		this.#records = records;
		this.#prefix = prefix;
	}

	/** The lower 32 bits of a time. Undefined if the block was swept, since all of its times have left the window. */
	timeAt(number: number, index: number): number | undefined {
		const offset = HEAD + 4 * index;
		const block = this.#read(number);
		return offset + 4 <= block.length ? block.readUInt32LE(offset) : undefined;
	}

	/** @param until when the last of its times leaves the window: the sweep removes a block that is left behind */
	write(number: number, times: Buffer, until: number): void {
		const block = Buffer.allocUnsafe(HEAD + times.length);
		block.writeDoubleLE(until);
		times.copy(block, HEAD);
		this.#records.putBlock(this.#keyOf(number), block);
		this.#last = undefined;
	}

	remove(number: number): void {
		this.#records.remove(this.#keyOf(number));
		this.#last = undefined;
	}

	#read(number: number): Buffer {
		if (this.#last?.number !== number) {
			const block = this.#records.get(this.#keyOf(number)) ?? Buffer.alloc(0);
			this.#last = {number, block};
		}

		return this.#last.block;
	}

	#keyOf(number: number): Buffer {
		this.#known ??= this.#prefix();
		const key = Buffer.allocUnsafe(this.#known.length + 4);
		this.#known.copy(key);
		key.writeUInt32BE(number, this.#known.length);
		return key;
	}
}
