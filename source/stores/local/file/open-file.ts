import {statSync} from 'node:fs';
import type {RootDatabase} from 'lmdb';
import {checkFile} from '../lmdb/check-file.ts';
import {DataFile} from '../lmdb/data-file.ts';
import {withSoundLocks} from '../lmdb/destroyed-locks.ts';
import {FileError} from '../lmdb/file-error.ts';
import {isOfLmdb, isOutOfRoom} from '../lmdb/lmdb-error.ts';
import {loadLmdb} from '../lmdb/load-lmdb.ts';
import {lockFileOf, makeLockFile} from '../lmdb/lock-file.ts';
import {lockWatch} from '../lmdb/lock-watch.ts';
import {Room} from '../lmdb/room.ts';
import {SnapshotGuard} from '../lmdb/snapshot-guard.ts';
import {backUp} from './backup.ts';
import {claim} from './format.ts';

/**
 * Bytes of addresses that the file may be mapped to, far more than it has. The system gives memory only to what is
 * read of it.
 */
const MAP_SIZE = 2 ** 34;

/** Milliseconds. A look is a system call: the size must be recent, or LMDB ends the process; the path may be older. */
const SIZE_EVERY = 1;
const PATH_EVERY = 1000;

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
	readonly #watch = lockWatch();
	readonly #room: Room | undefined;
	readonly #lockInode: number | undefined;
	/** Whether there is room for what the transaction writes. */
	hasRoom = false;
	/** Bytes that are in use. */
	#used = 0;
	#sizeSeenAt = -Infinity;
	#pathSeenAt = performance.now();

	/**
	 * @throws {FileError} if the file cannot be used, which is then as it was
	 * @throws {Error} if there is no package `lmdb`
	 */
	constructor(path: string) {
		checkFile(path);
		makeLockFile(path);
		this.#watch.hold();
		let database: RootDatabase<Buffer, Buffer> | undefined;
		let file: DataFile | undefined;
		try {
			database = this.#watch.during(() => open(path));
			this.database = database;
			file = new DataFile(path);
			this.#file = file;
			this.#guard = new SnapshotGuard(file);
			this.#lockInode = inodeOf(lockFileOf(path));
			// No room is taken in a file of another program.
			const room = new Room(file);
			this.salt = this.transact(() => claim(path, this.database, () => room.ensure(0)));
			this.#room = room;
		} catch (error) {
			file?.close();
			database?.close().catch(() => {});
			this.#watch.release();
			throw error;
		}
	}

	/**
	 * Runs something in a transaction.
	 *
	 * @throws {FileError} if the file was truncated, overwritten, replaced or removed
	 * @throws what `run` throws, and what LMDB throws: then nothing was written
	 */
	transact<Result>(run: () => Result): Result {
		this.#look();
		try {
			// The guard ends it with an error, after many tries.
			for (;;) {
				const done = this.#watch.during(() =>
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
		this.#look();
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
		this.#watch.release();
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

	#look(): void {
		const now = performance.now();
		if (now - this.#sizeSeenAt >= SIZE_EVERY) {
			this.#sizeSeenAt = now;
			this.#guard.checkSize();
		}

		if (now - this.#pathSeenAt >= PATH_EVERY) {
			this.#pathSeenAt = now;
			this.#watch.check();
			const {path, inode} = this.#file;
			if (inodeOf(path) !== inode) {
				throw new FileError(path, 'it was replaced or removed while in use');
			}

			if (inodeOf(lockFileOf(path)) !== this.#lockInode) {
				throw new FileError(path, `${lockFileOf(path)} was replaced or removed while in use`);
			}
		}
	}
}

function inodeOf(name: string): number | undefined {
	return statSync(name, {throwIfNoEntry: false})?.ino;
}

/** Nothing is flushed by transactions: what was written outlives the process all the same. */
function open(path: string): RootDatabase<Buffer, Buffer> {
	const {open: openDatabase} = loadLmdb();
	const attempt = () =>
		openDatabase<Buffer, Buffer>({
			path,
			noSubdir: true,
			encoding: 'binary',
			keyEncoding: 'binary',
			noSync: true,
			overlappingSync: false,
			mapSize: MAP_SIZE,
		});
	try {
		return withSoundLocks(path, attempt);
	} catch (cause) {
		const why = cause instanceof Error ? cause.message : String(cause);
		throw new FileError(path, `LMDB cannot open it: ${why}`, cause);
	}
}
