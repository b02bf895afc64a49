import type {Database} from 'lmdb';
import {unchanged} from '../../unfinished-error.ts';

/** A record of the file. */
export interface FileRecord {
	readonly key: Buffer;
	readonly value: Buffer;
}

/** The open file. */
interface Opened {
	readonly database: Database<Buffer, Buffer>;
	/** Whether there is room for what the transaction writes. */
	readonly hasRoom: boolean;
}

/** The records of the file. They are read and written in transactions only: see `file/transaction-queue.ts`. */
export class Records {
	/** How many records were written or removed in this transaction. */
	changes = 0;
	readonly #opened: () => Opened;

	/** @param opened returns the open file: it is another one after it was opened again */
	constructor(opened: () => Opened) {
		this.#opened = opened;
	}

	/** Whether anything can be written in this transaction. */
	get hasRoom(): boolean {
		return this.#opened().hasRoom;
	}

	get(key: Buffer): Buffer | undefined {
		// LMDB's own buffer, which the next read overwrites.
		const shared = this.#opened().database.getBinaryFast(key);
		return shared && Buffer.from(shared.subarray(0, shared.length));
	}

	/** @throws {UnfinishedError} if the disk is full */
	put(key: Buffer, value: Buffer): void {
		this.#toChange().putSync(key, value);
	}

	/** @throws {UnfinishedError} if the disk is full: to remove something is written, too */
	remove(key: Buffer): void {
		this.#toChange().removeSync(key);
	}

	/** At most `limit` records with keys after `after` and before `before`. Read them before you change any. */
	between(after: Buffer, before: Buffer, limit: number): readonly FileRecord[] {
		const range = this.#opened().database.getRange({
			start: after,
			exclusiveStart: true,
			end: before,
			limit,
		});
		return [...(range as Iterable<FileRecord>)];
	}

	#toChange(): Database<Buffer, Buffer> {
		const {database, hasRoom} = this.#opened();
		if (!hasRoom) {
			throw unchanged('The disk is full');
		}

		this.changes += 1;
		return database;
	}
}
