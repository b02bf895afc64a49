import assert from 'node:assert/strict';
import {statSync} from 'node:fs';
import {ReopeningFile} from '../../../source/stores/local/file/reopening-file.ts';
import {Ledger} from '../../../source/stores/local/ledger.ts';
import {Keys, tables} from '../../../source/stores/local/tables/keys.ts';
import {Totals} from '../../../source/stores/local/tables/totals.ts';
import {newPath} from './opened.ts';

const sized = ['clients', 'userKeys', 'reports', 'trap', 'operator', 'strikes'] as const;

type Sizes = Readonly<Record<(typeof sized)[number], number>>;

/** Ledgers on a new file, as several processes have them, with what a test wants to see of the file. */
export class OpenedLedger {
	readonly file: ReopeningFile;
	readonly #path = newPath();
	readonly #keys: Keys;
	readonly #processes: readonly {readonly ledger: Ledger; readonly totals: Totals}[];
	#turn = 0;

	constructor({maxClients = 300, maxBans = 100, processes = 1} = {}) {
		this.file = new ReopeningFile(this.#path, () => {});
		const {records, salt} = this.file;
		this.#keys = new Keys(0, () => salt);
		this.#processes = Array.from({length: processes}, () => {
			const totals = new Totals(records, this.#keys);
			const section = {records, keys: this.#keys, totals};
			return {ledger: new Ledger(section, {maxClients, maxBans, onFull: () => {}}), totals};
		});
	}

	/** Runs a step in a transaction, in the next of the processes. */
	do<Result>(step: (ledger: Ledger, totals: Totals) => Result): Result {
		const process = this.#processes[this.#turn % this.#processes.length];
		assert(process);
		const {ledger, totals} = process;
		this.#turn += 1;

		return this.file.transact(() => {
			ledger.beginTransaction();
			const result = step(ledger, totals);
			ledger.endTransaction();
			return result;
		});
	}

	/** How many records each table has by the totals. */
	totals(): Sizes {
		return this.do((_, totals) => {
			const levels = [0, 1, 2] as const;
			return sizesOf(name =>
				levels.reduce<number>((sum, level) => sum + totals.get(tables[name], level), 0),
			);
		});
	}

	/** How many records each table has. */
	counted(): Sizes {
		return sizesOf(name => this.recordsIn(tables[name]));
	}

	/** How many records a table has. */
	recordsIn(table: number): number {
		return this.do(
			() =>
				this.file.records.between(this.#keys.first(table), this.#keys.first(table + 1), 1e6).length,
		);
	}

	/** How many records the last step has written or removed. */
	get changes(): number {
		return this.file.records.changes;
	}

	/** The bytes of the file. */
	get size(): number {
		return statSync(this.#path).size;
	}
}

function sizesOf(sizeOf: (name: (typeof sized)[number]) => number): Sizes {
	return Object.fromEntries(sized.map(name => [name, sizeOf(name)])) as Sizes;
}
