import {DataFile} from '../../../source/stores/local/lmdb/data-file.ts';
import {SnapshotGuard} from '../../../source/stores/local/lmdb/snapshot-guard.ts';
import {type Database, openFile} from './lmdb-file.ts';

const key = Buffer.from('count');

/** A count in a file that several processes add to. */
export class Count {
	readonly #database: Database;
	readonly #file: DataFile;
	readonly #guard: SnapshotGuard;

	constructor(path: string) {
		this.#database = openFile(path);
		this.#file = new DataFile(path);
		this.#guard = new SnapshotGuard(this.#file);
	}

	/** @returns what it has been */
	add(number: number): number {
		let before: number | undefined;
		while (before === undefined) {
			this.#database.transactionSync(() => {
				if (!this.#guard.isNewest(this.#database.getWriteTxnId())) {
					return;
				}

				before = Number(this.#database.get(key) ?? 0);
				this.#database.putSync(key, Buffer.from(String(before + number)));
				this.#database.putSync(Buffer.from(`${before % 1000}`), Buffer.alloc(before % 3000));
			});
		}

		return before;
	}

	close(): Promise<void> {
		this.#file.close();
		return this.#database.close();
	}
}
