import {readSync, writeSync} from 'node:fs';
import type {DataFile} from './data-file.ts';
import {FileError, StaleLockError} from './file-error.ts';
import {HEADER_SIZE, LITTLE_ENDIAN, META_PAGES, numberAt} from './layout.ts';
import {descriptorOf, lockFileOf} from './lock-file.ts';
import {MAGIC, META_SIZE, pageSizeOf, readMeta, transactionOf, usedBytesOf} from './meta-page.ts';
import {REOPENED_AFTER} from './noticing.ts';

/** More in a row than processes may be opening the file. */
const MAX_STALE = 1000;

/**
 * Looks at the file at the beginning of each transaction, before LMDB follows what is in it.
 *
 * It sees that the file was truncated or overwritten: LMDB, which has it mapped into memory, would end the process.
 *
 * It also keeps transactions from being lost while another process opens the file. LMDB notes in the lock file
 * which snapshot is the newest. To open the file sets this to what was the newest a moment before (ITS#9496 of OpenLDAP,
 * which lmdb-js does not have fixed). The next transaction would build on the old snapshot: what was written since is
 * lost, and processes die of reading pages that are written again. Only write transactions are safe, even to read: a
 * read transaction may begin between the two.
 */
export class SnapshotGuard {
	readonly #file: DataFile;
	readonly #pageSize: number;
	readonly #metas: readonly DataView[];
	readonly #bytes: Uint8Array;
	readonly #openedAt = performance.now();
	#stale = 0;

	/** Called when LMDB has opened the file. */
	constructor(file: DataFile) {
		this.#file = file;
		this.#pageSize = pageSizeOf(readMeta(this.#file, 0));
		this.#bytes = new Uint8Array((META_PAGES - 1) * this.#pageSize + META_SIZE);
		this.#metas = [0, 1].map(page => new DataView(this.#bytes.buffer, page * this.#pageSize));
	}

	/**
	 * Whether a write transaction builds on the newest snapshot. If it does not, it must end without a change, and the
	 * next one will. Asked at the beginning of each.
	 *
	 * @param transaction its number: `getWriteTxnId()`
	 * @throws {FileError} if the file was overwritten; or if the lock file is another one than LMDB has open:
	 * nothing may be written then
	 */
	isNewest(transaction: number): boolean {
		if (transaction === 0) {
			throw new FileError(this.#file.path, 'LMDB cannot begin a transaction');
		}

		if (this.#file.read(this.#bytes, 0) < this.#bytes.length) {
			throw this.#file.damaged('it was truncated while in use');
		}

		const [written, built] = [transaction, transaction - 1].map(number => this.#metaOf(number));
		// It will write the meta page of the last but one. With a newer snapshot, that one is newer, too.
		if (written !== undefined && written < transaction && built === transaction - 1) {
			this.#stale = 0;
			return true;
		}

		if (written === undefined || built === undefined) {
			throw this.#overwritten();
		}

		if (Math.max(written, built) < transaction) {
			const isNew = performance.now() - this.#openedAt < REOPENED_AFTER;
			throw isNew
				? new StaleLockError(this.#file.path, lockFileOf(this.#file.path))
				: this.#overwritten();
		}

		this.#stale += 1;
		if (this.#stale > MAX_STALE) {
			throw new FileError(
				this.#file.path,
				`${lockFileOf(this.#file.path)} has been removed or replaced while it was in use, so that processes ` +
					'do not wait for each other. Stop them all, and start them again',
			);
		}

		this.#repair(transaction - 1);
		return false;
	}

	/** How many bytes of the file the newest snapshot takes, as it was when this was asked last. */
	usedBytes(transaction: number): number {
		const meta = this.#metas[(transaction - 1) % META_PAGES];
		return meta ? usedBytesOf(meta, this.#pageSize) : 0;
	}

	/** The number of the transaction that wrote the meta page of another one; undefined if it is no meta page. */
	#metaOf(transaction: number): number | undefined {
		const meta = this.#metas[transaction % META_PAGES];
		return meta?.getUint32(HEADER_SIZE, LITTLE_ENDIAN) === MAGIC ? transactionOf(meta) : undefined;
	}

	/**
	 * Notes the newest snapshot where LMDB looks for it. Nobody else writes: LMDB's lock is held.
	 *
	 * @throws {FileError} if the lock file is none
	 */
	#repair(noted: number): void {
		const metas = [0, 1].map(page => readMeta(this.#file, page * this.#pageSize));
		const newest = Math.max(...metas.map(transactionOf));
		const locks = descriptorOf(lockFileOf(this.#file.path));
		const head = new DataView(new ArrayBuffer(16));
		readSync(locks, head, 0, 16, 0);
		if (head.getUint32(0, LITTLE_ENDIAN) !== MAGIC) {
			const what = `${lockFileOf(this.#file.path)} was emptied or overwritten while in use`;
			throw new FileError(this.#file.path, what);
		}

		if (numberAt(head, 8) === noted) {
			head.setBigUint64(8, BigInt(newest), LITTLE_ENDIAN);
			writeSync(locks, head, 8, 8, 8);
		}
	}

	#overwritten(): FileError {
		return this.#file.damaged('its first pages were overwritten while in use');
	}
}
