import type {RootDatabase} from 'lmdb';
import {DataFile} from '../lmdb/data-file.ts';
import {type FileError, inaccessible} from '../lmdb/file-error.ts';
import {isOfLmdb, isOutOfRoom} from '../lmdb/lmdb-error.ts';
import {lockWatch} from '../lmdb/lock-watch.ts';
import {openLmdb, prepareFile} from '../lmdb/open-lmdb.ts';
import {Room} from '../lmdb/room.ts';
import {SnapshotGuard} from '../lmdb/snapshot-guard.ts';
import {backUp} from './backup.ts';
import {FileWatch} from './file-watch.ts';
import {claim} from './format.ts';

/** LMDB's flag for a transaction that is committed when the call returns. */
const SYNCHRONOUS_COMMIT = 2;

/** A file that LMDB has open. */
export class OpenFile {
	/** Secret from everyone who cannot read the file. */
	readonly salt: string;
	readonly database: RootDatabase<Buffer, Buffer>;
	/** To look at the file, to make it longer, and to have it on the disk. */
	readonly #file: DataFile;
	readonly #guard: SnapshotGuard;
	readonly #watch: FileWatch;
	readonly #lockWatch = lockWatch();
	readonly #room: Room | undefined;
	/** Whether there is room for what the transaction writes. */
	hasRoom = false;
	/** Bytes that are in use. */
	#used = 0;

	/**
	 * @throws {FileError} if the file cannot be used, which is then as it was
	 * @throws {Error} if there is no package `lmdb`
	 */
	constructor(path: string) {
		prepareFile(path);
		this.#lockWatch.hold();
		let file: DataFile | undefined;
		let database: RootDatabase<Buffer, Buffer> | undefined;
		try {
			file = new DataFile(path);
			this.#file = file;
			this.#watch = new FileWatch(file, this.#lockWatch);
			database = this.#lockWatch.during(() => openLmdb(path));
			this.database = database;
			this.#guard = new SnapshotGuard(file);
			// No room is taken in a file of another program.
			const room = new Room(file);
			this.salt = this.transact(() => claim(path, this.database, () => room.ensure(0)));
			this.#room = room;
		} catch (error) {
			file?.close();
			database?.close().catch(() => {});
			this.#lockWatch.release();
			throw inaccessible(path, path, error);
		}
	}

	/**
	 * Runs something in a transaction.
	 *
	 * @throws {FileError} if the file was truncated, overwritten, replaced or removed
	 * @throws what `run` throws, and what LMDB throws: then nothing was written
	 */
	transact<Result>(run: () => Result): Result {
		this.#watch.check();
		try {
			// The guard ends it with an error, after many tries.
			for (;;) {
				const done = this.#lockWatch.during(() =>
					this.database.transactionSync(() => this.#attempt(run), SYNCHRONOUS_COMMIT),
				);
				if (done) {
					return done.result;
				}
			}
		} catch (error) {
			// A backup may fail on another disk.
			if (isOfLmdb(error) && isOutOfRoom(error)) {
				this.#room?.doubt();
			}

			throw error;
		}
	}

	/** Undefined if LMDB did not begin with the newest snapshot. */
	#attempt<Result>(run: () => Result): {readonly result: Result} | undefined {
		// It may have waited for the lock since.
		this.#watch.check();
		const transaction = this.database.getWriteTxnId();
		if (!this.#guard.isNewest(transaction)) {
			return undefined;
		}

		this.#used = this.#guard.usedBytes(transaction);
		this.hasRoom = this.#room?.ensure(this.#used) ?? false;
		return {result: run()};
	}

	/** Resolves when all that was written is on the disk. */
	flush(): Promise<void> {
		return this.#file.flush();
	}

	/** What was written is in the system, which writes it to the disk. */
	async close(): Promise<void> {
		this.#file.close();
		this.#lockWatch.release();
		await this.database.close();
	}

	/** Copies the file. Other processes wait meanwhile. */
	copyTo(path: string): Promise<void> {
		return backUp(this.#file, path, run => this.transact(run));
	}

	/**
	 * Makes room for a transaction that changes more than usual, and returns whether there is.
	 *
	 * @param changes how many records it changes beyond the usual number
	 */
	reserve(changes: number): boolean {
		return this.#room?.ensure(this.#used, changes) ?? false;
	}

	damaged(what: string): FileError {
		return this.#file.damaged(what);
	}
}
