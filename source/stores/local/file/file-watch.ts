import {fstatSync, statSync} from 'node:fs';
import type {DataFile} from '../lmdb/data-file.ts';
import {FileError} from '../lmdb/file-error.ts';
import {completeLockFile, descriptorOf, lockFileOf} from '../lmdb/lock-file.ts';
import type {LockWatch} from '../lmdb/lock-watch.ts';
import {mendLockFile} from '../lmdb/make-lock-file.ts';
import {LOOK_EVERY} from '../lmdb/noticing.ts';

/** Milliseconds. A look is a system call. Sizes must be recent, or LMDB ends the process; names may be older. */
const SIZE_EVERY = 1;

/** Looks whether the file and its lock file are those that LMDB has open, and as long. */
export class FileWatch {
	readonly #file: DataFile;
	readonly #lockWatch: LockWatch;
	readonly #lockFile: string;
	readonly #lockDescriptor: number;
	readonly #lockInode: number;
	#size = 0;
	#lockSize = 0;
	#sizeSeenAt = -Infinity;
	#namesSeenAt = -Infinity;

	/** Make it before LMDB opens the file: what it sees at first is what LMDB must have. */
	constructor(file: DataFile, lockWatch: LockWatch) {
		this.#file = file;
		this.#lockWatch = lockWatch;
		this.#lockFile = lockFileOf(file.path);
		this.#lockDescriptor = descriptorOf(this.#lockFile);
		this.#lockInode = fstatSync(this.#lockDescriptor).ino;
	}

	/**
	 * Call this before a transaction begins.
	 *
	 * @throws {FileError} if a file was truncated, replaced or removed
	 */
	check(): void {
		const now = performance.now();
		if (now - this.#sizeSeenAt >= SIZE_EVERY) {
			this.#sizeSeenAt = now;
			this.#checkSizes();
		}

		if (now - this.#namesSeenAt >= LOOK_EVERY) {
			this.#namesSeenAt = now;
			this.#lockWatch.check();
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
			this.#mendLockFile();
			throw new FileError(this.#file.path, `${this.#lockFile} was truncated while in use`);
		}

		this.#lockSize = lockSize;
	}

	/** To close the file, LMDB writes to it; and others may not notice, and go on with it. */
	#mendLockFile(): void {
		try {
			completeLockFile(this.#lockFile, this.#lockSize);
			mendLockFile(this.#file.path);
		} catch {
			// That it was truncated says more.
		}
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
