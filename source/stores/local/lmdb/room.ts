import type {DataFile} from './data-file.ts';
import {isOutOfRoom} from './lmdb-error.ts';

/** Bytes by which the file is made longer at once. Half of it is more than a transaction takes. */
const AHEAD = 4 * 1024 * 1024;

/**
 * Reserves space for what transactions write, before they do. Where LMDB itself finds none, it writes past the end of
 * its memory, and the process may end.
 */
export class Room {
	readonly #file: DataFile;
	#size = 0;

	constructor(file: DataFile) {
		this.#file = file;
	}

	/**
	 * Makes room for a transaction, and returns whether there is. Nobody else may write meanwhile.
	 *
	 * @param used how many bytes of the file are in use
	 */
	ensure(used: number): boolean {
		if (this.#size - used >= AHEAD / 2) {
			return true;
		}

		this.#size = this.#file.size;
		if (this.#size - used < AHEAD / 2) {
			this.#extend();
			this.#size = this.#file.size;
		}

		return this.#size - used >= AHEAD / 2;
	}

	/** Zeros, and not just a longer file: that would be without blocks on the disk. */
	#extend(): void {
		try {
			this.#file.write(Buffer.alloc(AHEAD), this.#size);
		} catch (error) {
			if (!isOutOfRoom(error)) {
				throw error;
			}
		}
	}
}
