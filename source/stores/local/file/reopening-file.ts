import {UnfinishedError, unchanged} from '../../unfinished-error.ts';
import {FileError} from '../lmdb/file-error.ts';
import {isOfLmdb, isOutOfRoom} from '../lmdb/lmdb-error.ts';
import {lacksLockFile, lockFileOf} from '../lmdb/lock-file.ts';
import {ownNameOf} from '../lmdb/names.ts';
import {REOPENED_AFTER} from '../lmdb/noticing.ts';
import {Records} from '../tables/records.ts';
import {atStart} from './at-start.ts';
import {OpenFile} from './open-file.ts';
import {DisplacedError} from './pid-namespace.ts';

/**
 * The file of a store: opened when the store is made, and again after it was closed or could not be used. A path that is
 * a link stands for the file that it led to when the store was made.
 */
export class ReopeningFile {
	readonly records = new Records(() => this.#opened);
	readonly #path: string;
	readonly #onOpen: (records: Records) => void;
	#file: OpenFile | undefined;
	#failure: {readonly error: unknown; readonly until: number} | undefined;

	/**
	 * @param onOpen is called in a transaction whenever the file was opened
	 * @throws {FileError} if the file cannot be used, which is then as it was
	 * @throws {Error} if there is no package `lmdb`
	 */
	constructor(path: string, onOpen: (records: Records) => void) {
		this.#path = ownNameOf(path);
		this.#onOpen = onOpen;
		atStart(this.#path, () => this.#open());
	}

	/** Secret from everyone who cannot read the file. */
	get salt(): string {
		return this.#opened.salt;
	}

	/**
	 * Runs something in a transaction: no other process reads or changes anything meanwhile.
	 *
	 * @throws {UnfinishedError} if nothing was written
	 */
	transact<Result>(run: () => Result): Result {
		const file = this.#usable();
		try {
			return this.#within(file, run);
		} catch (error) {
			if (error instanceof UnfinishedError) {
				// Nothing is wrong with the file: the disk is full, or a step failed halfway. It stays open.
				throw error;
			}

			if (!isOutOfRoom(error)) {
				this.#fail(error);
			}

			throw asUnchanged(error);
		}
	}

	/**
	 * Copies the file. Other processes wait meanwhile.
	 *
	 * @throws {UnfinishedError} if the file cannot be used
	 * @throws as `fs` does if the copy cannot be written
	 */
	async copyTo(path: string): Promise<void> {
		try {
			await this.#usable().copyTo(path);
		} catch (error) {
			if (error instanceof FileError || isOfLmdb(error)) {
				this.#fail(error);
				throw asUnchanged(error);
			}

			throw error;
		}
	}

	/** Has the system write the file to the disk. Nothing waits for that. */
	flush(): void {
		this.#file?.flush().catch(() => {});
	}

	/** Lets go of the file. It is opened again when it is next needed. */
	async close(): Promise<void> {
		const file = this.#file;
		this.#file = undefined;
		await file?.close();
	}

	/** @throws {UnfinishedError} if it cannot be opened, or failed a moment ago */
	#usable(): OpenFile {
		if (this.#file) {
			return this.#file;
		}

		if (this.#failure && performance.now() < this.#failure.until) {
			throw asUnchanged(this.#failure.error);
		}

		try {
			if (!this.#failure && lacksLockFile(this.#path)) {
				// Processes may use the file, and not have noticed yet.
				throw new FileError(this.#path, `${lockFileOf(this.#path)} was removed`);
			}

			const file = this.#open();
			this.#failure = undefined;
			return file;
		} catch (error) {
			this.#fail(error);
			throw asUnchanged(error);
		}
	}

	#fail(error: unknown): void {
		// A displaced process can only be in the way of the others, so it does not look more often than it must.
		const pause =
			error instanceof DisplacedError ? Math.max(error.pause, REOPENED_AFTER) : REOPENED_AFTER;
		this.#failure = {error, until: performance.now() + pause};
		this.close().catch(() => {});
	}

	/**
	 * @throws {FileError}
	 * @throws {Error} if there is no package `lmdb`
	 */
	#open(): OpenFile {
		const file = new OpenFile(this.#path);
		this.#file = file;
		try {
			this.#within(file, () => this.#onOpen(this.records));
			return file;
		} catch (error) {
			this.close().catch(() => {});
			const isFull = error instanceof UnfinishedError || isOutOfRoom(error);
			throw isFull ? new FileError(this.#path, 'the disk is full. Free some space', error) : error;
		}
	}

	#within<Result>(file: OpenFile, run: () => Result): Result {
		return file.transact(() => {
			this.records.beginTransaction();
			return run();
		});
	}

	get #opened(): OpenFile {
		if (this.#file === undefined) {
			throw new Error('The file is used outside of a transaction');
		}

		return this.#file;
	}
}

function asUnchanged(error: unknown): UnfinishedError {
	const message = error instanceof Error ? error.message : 'The file failed';
	// What LMDB attempted, and where, says nothing to a user.
	const [why = ''] = isOfLmdb(error) ? message.split(': Attempting', 1) : [message];
	return unchanged(why, error);
}
