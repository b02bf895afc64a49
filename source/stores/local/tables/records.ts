import type {Database} from 'lmdb';
import {unchanged} from '../../unfinished-error.ts';
import type {FileError} from '../lmdb/file-error.ts';
import {USUAL_CHANGES} from '../lmdb/room.ts';

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
	/** Makes room for so many changes beyond the usual number, and returns whether there is. */
	reserve(changes: number): boolean;
	damaged(what: string): FileError;
}

/** Bytes of a page. */
const PAGE = 4096;

/** The records of the file. They are read and written in transactions only: see `file/transaction-queue.ts`. */
export class Records {
	#blocksWritten = 0;
	#changes = 0;
	/** For how many changes there is room: more if that is reserved. */
	#reserved = USUAL_CHANGES;
	readonly #opened: () => Opened;

	/** @param opened returns the open file: it is another one after it was opened again */
	constructor(opened: () => Opened) {
		this.#opened = opened;
	}

	beginTransaction(): void {
		this.#blocksWritten = 0;
		this.#changes = 0;
		this.#reserved = USUAL_CHANGES;
	}

	/** How many records were written or removed in this transaction. A large one counts once more for each page. */
	get changes(): number {
		return this.#changes;
	}

	/** How many blocks of logs were written in this transaction. */
	get blocksWritten(): number {
		return this.#blocksWritten;
	}

	/** Whether anything can be written in this transaction. */
	get hasRoom(): boolean {
		return this.#opened().hasRoom;
	}

	/** The error for a record about the whole file, or all of a section, that no store writes. */
	damaged(what: string): FileError {
		return this.#opened().damaged(what);
	}

	/** Whether so many more records can be written or removed in this transaction. */
	hasRoomFor(changes: number): boolean {
		const file = this.#opened();
		return file.hasRoom && this.#hasRoomFor(this.#changes + changes, file);
	}

	get(key: Buffer): Buffer | undefined {
		// LMDB's own buffer, which the next read overwrites.
		const shared = this.#opened().database.getBinaryFast(key);
		return shared && Buffer.from(shared.subarray(0, shared.length));
	}

	/** @throws {UnfinishedError} if the disk is full */
	put(key: Buffer, value: Buffer): void {
		this.#toChange(1 + Math.floor(value.length / PAGE)).putSync(key, value);
	}

	/** The same for a block of a log. */
	putBlock(key: Buffer, block: Buffer): void {
		this.put(key, block);
		this.#blocksWritten += 1;
	}

	/** @throws {UnfinishedError} if the disk is full: to remove something is written, too */
	remove(key: Buffer): void {
		this.#toChange(1).removeSync(key);
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

	#toChange(changes: number): Database<Buffer, Buffer> {
		const file = this.#opened();
		if (!file.hasRoom || !this.#hasRoomFor(this.#changes + changes, file)) {
			throw unchanged('The disk is full');
		}

		this.#changes += changes;
		return file.database;
	}

	#hasRoomFor(changes: number, file: Opened): boolean {
		if (changes <= this.#reserved) {
			return true;
		}

		if (!file.reserve(changes)) {
			return false;
		}

		this.#reserved = changes + USUAL_CHANGES;
		return true;
	}
}
