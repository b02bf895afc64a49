import {closeSync, openSync, writeSync} from 'node:fs';
import type {DataFile} from './data-file.ts';
import {isOutOfRoom} from './lmdb-error.ts';

/** Bytes by which the file is made longer at once. Half of it is more than a transaction takes. */
const AHEAD = 4 * 1024 * 1024;

/**
 * Takes the room for what transactions write, before they do. Where LMDB itself finds none, it writes behind the end of
 * its memory, and the process may end.
 */
export class Room {
	readonly #file: DataFile;
	readonly #descriptor: number;
	#size = 0;

	constructor(file: DataFile) {
		this.#file = file;
		this.#descriptor = openSync(file.path, 'r+');
	}

	/**
	 * Whether there is room for a transaction: nobody else may write meanwhile.
	 *
	 * @param used how many bytes of the file are in use
	 */
	isThere(used: number): boolean {
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

	close(): void {
		closeSync(this.#descriptor);
	}

	/** Zeros, and not just a longer file: that would be without blocks on the disk. */
	#extend(): void {
		try {
			writeSync(this.#descriptor, Buffer.alloc(AHEAD), 0, AHEAD, this.#size);
		} catch (error) {
			if (!isOutOfRoom(error)) {
				throw error;
			}
		}
	}
}
