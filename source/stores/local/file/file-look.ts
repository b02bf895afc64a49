import {fstatSync, statSync} from 'node:fs';
import type {DataFile} from '../lmdb/data-file.ts';
import {FileError} from '../lmdb/file-error.ts';
import {completeLockFile, descriptorOf, lockFileOf} from '../lmdb/lock-file.ts';
import type {LockWatch} from '../lmdb/lock-watch.ts';

/** Milliseconds. A look is a system call: sizes must be recent, or LMDB ends the process; the path may be older. */
const SIZE_EVERY = 1;
const PATH_EVERY = 1000;

/** Looks whether the file and its lock file are those that LMDB has open, and as long. */
export class FileLook {
	readonly #file: DataFile;
	readonly #watch: LockWatch;
	readonly #lockFile: string;
	readonly #lockDescriptor: number;
	readonly #lockInode: number | undefined;
	#size = 0;
	#lockSize = 0;
	#sizeSeenAt = -Infinity;
	#pathSeenAt = performance.now();

	/** Called when LMDB has opened the file. */
	constructor(file: DataFile, watch: LockWatch) {
		this.#file = file;
		this.#watch = watch;
		this.#lockFile = lockFileOf(file.path);
		this.#lockDescriptor = descriptorOf(this.#lockFile);
		this.#lockInode = inodeOf(this.#lockFile);
	}

	/**
	 * Looks before a transaction begins.
	 *
	 * @throws {FileError} if a file was truncated, replaced or removed
	 */
	look(): void {
		const now = performance.now();
		if (now - this.#sizeSeenAt >= SIZE_EVERY) {
			this.#sizeSeenAt = now;
			this.#checkSizes();
		}

		if (now - this.#pathSeenAt >= PATH_EVERY) {
			this.#pathSeenAt = now;
			this.#watch.check();
			this.#checkNames();
		}
	}

	#checkSizes(): void {
		const {size} = this.#file;
		if (size < this.#size) {
			throw this.#file.damaged(`it had ${this.#size} bytes while in use, and has ${size}`);
		}

		this.#size = size;
		const {size: lockSize} = fstatSync(this.#lockDescriptor);
		if (lockSize < this.#lockSize) {
			// To close the file, LMDB writes to it.
			completeLockFile(this.#lockFile, this.#lockSize);
			throw new FileError(this.#file.path, `${this.#lockFile} was truncated while in use`);
		}

		this.#lockSize = lockSize;
	}

	#checkNames(): void {
		const {path, inode} = this.#file;
		if (inodeOf(path) !== inode) {
			throw new FileError(path, 'it was replaced or removed while in use');
		}

		if (inodeOf(this.#lockFile) !== this.#lockInode) {
			throw new FileError(path, `${this.#lockFile} was replaced or removed while in use`);
		}
	}
}

function inodeOf(name: string): number | undefined {
	return statSync(name, {throwIfNoEntry: false})?.ino;
}
