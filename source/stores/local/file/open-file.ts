import {constants, copyFileSync, statSync} from 'node:fs';
import type {RootDatabase} from 'lmdb';
import {LOCK_SUFFIX} from '../lmdb/access.ts';
import {checkHeader, checkPages} from '../lmdb/check-file.ts';
import {DataFile} from '../lmdb/data-file.ts';
import {FileError} from '../lmdb/file-error.ts';
import {loadLmdb} from '../lmdb/load-lmdb.ts';
import {makeLockFile} from '../lmdb/lock-file.ts';
import {lockWatch} from '../lmdb/lock-watch.ts';
import {Room} from '../lmdb/room.ts';
import {SnapshotGuard} from '../lmdb/snapshot-guard.ts';
import {identify} from './format.ts';

/**
 * Bytes of addresses that the file may be mapped to, far more than it has. The system gives memory only to what is
 * read of it.
 */
const MAP_SIZE = 2 ** 34;

/** Milliseconds between two looks at the size of the file, and between two at what stands at the path. */
const SIZE_EVERY = 1;
const PATH_EVERY = 1000;

/** LMDB's flag for a transaction that is committed when the call returns. */
const SYNCHRONOUS_COMMIT = 2;

/** A file that LMDB has open. */
export class OpenFile {
	/** Secret from everyone who cannot read the file. */
	readonly salt: string;
	readonly database: RootDatabase<Buffer, Buffer>;
	readonly #path: string;
	/** Only to look at the file. */
	readonly #file: DataFile;
	readonly #guard: SnapshotGuard;
	readonly #watch = lockWatch();
	readonly #room: Room | undefined;
	readonly #locksInode: number | undefined;
	/** Whether there is room for what the transaction writes. */
	hasRoom = false;
	#sizeSeenAt = -Infinity;
	#pathSeenAt = performance.now();

	/** @throws {FileError} if the file cannot be used, which is then as it was */
	constructor(path: string) {
		this.#path = path;
		if (checkHeader(path)) {
			checkPages(path);
		}

		makeLockFile(path);
		this.database = this.#watch.during(() => open(path));
		this.#file = new DataFile(path, 'r');
		try {
			this.#guard = new SnapshotGuard(path, this.#file);
			this.#locksInode = inodeOf(path + LOCK_SUFFIX);
			// No room is taken in a file of another program.
			const room = new Room(this.#file);
			this.salt = this.transact(() => identify(path, this.database, () => room.isThere(0)));
			this.#room = room;
		} catch (error) {
			this.close().catch(() => {});
			throw error;
		}
	}

	/**
	 * Runs something in a transaction.
	 *
	 * @throws {FileError} if the file was cut, overwritten, replaced or removed
	 * @throws what `run` throws, and what LMDB throws: then nothing was written
	 */
	transact<Result>(run: () => Result): Result {
		this.#look();
		const {database} = this;
		// The guard ends it with an error, after many tries.
		for (;;) {
			const results: Result[] = [];
			const begun = () => {
				const transaction = database.getWriteTxnId();
				if (this.#guard.isNewest(transaction)) {
					this.hasRoom = this.#room?.isThere(this.#guard.usedBytes(transaction)) ?? false;
					results.push(run());
				}
			};
			this.#watch.during(() => database.transactionSync(begun, SYNCHRONOUS_COMMIT));
			if (results.length > 0) {
				return results[0] as Result;
			}
		}
	}

	/** Resolves when all that was written is on the disk. */
	flush(): Promise<void> {
		return this.#file.flush();
	}

	/** What was written is in the system, which writes it to the disk. */
	async close(): Promise<void> {
		this.#file.close();
		this.#room?.close();
		await this.database.close();
	}

	/** Copies the file. Other processes wait meanwhile. */
	copyTo(path: string): void {
		this.transact(() => copyFileSync(this.#path, path, constants.COPYFILE_FICLONE));
	}

	#look(): void {
		const now = performance.now();
		if (now - this.#sizeSeenAt >= SIZE_EVERY) {
			this.#sizeSeenAt = now;
			this.#guard.checkSize();
		}

		if (now - this.#pathSeenAt >= PATH_EVERY) {
			this.#pathSeenAt = now;
			if (inodeOf(this.#path) !== this.#file.inode) {
				throw new FileError(this.#path, 'it was replaced or removed while in use');
			}

			if (inodeOf(this.#path + LOCK_SUFFIX) !== this.#locksInode) {
				throw new FileError(
					this.#path,
					`${this.#path}${LOCK_SUFFIX} was replaced or removed while in use`,
				);
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
	try {
		return openDatabase<Buffer, Buffer>({
			path,
			noSubdir: true,
			encoding: 'binary',
			keyEncoding: 'binary',
			noSync: true,
			overlappingSync: false,
			mapSize: MAP_SIZE,
		});
	} catch (cause) {
		const why = cause instanceof Error ? cause.message : String(cause);
		throw new FileError(path, `LMDB cannot open it: ${why}`, cause);
	}
}
