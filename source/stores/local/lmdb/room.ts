import type {DataFile} from './data-file.ts';
import {isOutOfRoom} from './lmdb-error.ts';

/** Bytes by which the file is made longer at once. */
const AHEAD = 4 * 1024 * 1024;

/** There is room for so many changes in each transaction. */
export const USUAL_CHANGES = 200;

/** Bytes that so many changes may need: each may be in a page of its own, which is split. */
const NEEDED = USUAL_CHANGES * 10 * 1024;

/** Bytes that each further change may need. Many changes are those of one log, whose blocks share pages. */
const NEEDED_MORE = 2048;

/** Milliseconds after which space is looked for again where there was none. */
const AGAIN = 1000;

/**
 * Reserves space for what transactions write, before they do. Where LMDB itself finds none, it writes past the end of
 * its memory, and the process may end.
 */
export class Room {
	readonly #file: DataFile;
	readonly #clock: () => number;
	/** Up to where the file has space. */
	#end = 0;
	/** LMDB has found no space where some was reserved: the file has holes, or shares blocks with another one. */
	#isInDoubt = false;
	#failedAt = -Infinity;

	/** @param clock returns milliseconds */
	constructor(file: DataFile, clock = () => performance.now()) {
		this.#file = file;
		this.#clock = clock;
	}

	/**
	 * Makes room for a transaction, and returns whether there is. Nobody else may write meanwhile.
	 *
	 * @param used how many bytes of the file are in use
	 * @param further how many records it changes beyond the usual number
	 */
	ensure(used: number, further = 0): boolean {
		const needed = used + NEEDED + further * NEEDED_MORE;
		if (this.#end < needed && !this.#isInDoubt) {
			// Another process may have made it longer.
			this.#end = this.#file.size;
		}

		const isDue = this.#clock() - this.#failedAt >= AGAIN;
		while (isDue && this.#end < needed) {
			const from = Math.max(this.#end, used);
			if (!this.#write(from)) {
				break;
			}

			this.#end = from + AHEAD;
		}

		return this.#end >= needed;
	}

	/** LMDB has found no space. From now on, only what is written here counts: it has blocks of its own. */
	doubt(): void {
		this.#isInDoubt = true;
		this.#end = 0;
		this.#failedAt = this.#clock();
	}

	/** Writes zeros, and not just a longer file, which would be without blocks. Returns whether there was space. */
	#write(position: number): boolean {
		try {
			this.#file.write(Buffer.alloc(AHEAD), position);
			return true;
		} catch (error) {
			if (!isOutOfRoom(error)) {
				throw error;
			}

			this.#failedAt = this.#clock();
			return false;
		}
	}
}
