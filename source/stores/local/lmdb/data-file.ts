import {closeSync, fdatasync, fstatSync, openSync, readSync, writeSync} from 'node:fs';
import {promisify} from 'node:util';
import {damaged, type FileError} from './file-error.ts';

/**
 * The file of a store, read and made longer beside LMDB: only what is known to be sound may be touched through its memory
 * map.
 */
export class DataFile {
	readonly path: string;
	readonly #descriptor: number;

	/** @throws as `fs` does, and creates no file */
	constructor(path: string) {
		this.path = path;
		this.#descriptor = openSync(path, 'r+');
	}

	get size(): number {
		return fstatSync(this.#descriptor).size;
	}

	/** Who may read and write it. */
	get mode(): number {
		return fstatSync(this.#descriptor).mode & 0o777;
	}

	/** Tells the file from another one at the same path. */
	get inode(): number {
		return fstatSync(this.#descriptor).ino;
	}

	/** Resolves when all that was written to the file, by any process, is on the disk. */
	flush(): Promise<void> {
		return promisify(fdatasync)(this.#descriptor);
	}

	/** @returns how many bytes were read: fewer than there is room for at the end of the file */
	read(into: Uint8Array, position: number): number {
		let length = 0;
		while (length < into.length) {
			const read = readSync(
				this.#descriptor,
				into,
				length,
				into.length - length,
				position + length,
			);
			if (read === 0) {
				break;
			}

			length += read;
		}

		return length;
	}

	/** @throws as `fs` does if not all was written */
	write(bytes: Uint8Array, position: number): void {
		for (let length = 0; length < bytes.length; ) {
			length += writeSync(
				this.#descriptor,
				bytes,
				length,
				bytes.length - length,
				position + length,
			);
		}
	}

	close(): void {
		closeSync(this.#descriptor);
	}

	damaged(what: string): FileError {
		return damaged(this.path, what);
	}
}
