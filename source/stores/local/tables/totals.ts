import {type Keys, tables} from './keys.ts';
import type {Records} from './records.ts';

/** How many numbers there are. */
const NUMBERS = 16;

/** Where each number stands. */
export const indexes = {
	/** How many clients there are on each level: three numbers. */
	clients: 0,
	userKeys: 3,
	/** How many entries each table of bans has. */
	reports: 6,
	trap: 7,
	operator: 8,
	strikes: 9,
	/** Numbers what is made in order: entries of tables, and records of clients. */
	sequence: 10,
} as const;

/** How many records of each kind a space has. They are read once a transaction, and written if they have changed. */
export class Totals {
	readonly #records: Records;
	readonly #key: Buffer;
	#numbers: Float64Array | undefined;
	#hasChanged = false;

	constructor(records: Records, keys: Keys) {
		this.#records = records;
		this.#key = keys.first(tables.totals);
	}

	get(index: number): number {
		return this.#read()[index] ?? 0;
	}

	add(index: number, change: number): number {
		const numbers = this.#read();
		const number = Math.max(0, (numbers[index] ?? 0) + change);
		numbers[index] = number;
		this.#hasChanged = true;
		return number;
	}

	/** Others may have changed the numbers since the last transaction. */
	beginTransaction(): void {
		this.#numbers = undefined;
		this.#hasChanged = false;
	}

	endTransaction(): void {
		if (this.#hasChanged && this.#numbers && this.#records.hasRoom) {
			this.#records.put(this.#key, Buffer.from(this.#numbers.buffer));
		}
	}

	#read(): Float64Array {
		this.#numbers ??= numbersOf(this.#records.get(this.#key));
		return this.#numbers;
	}
}

function numbersOf(bytes: Buffer | undefined): Float64Array {
	const numbers = new Float64Array(NUMBERS);
	if (bytes?.length === numbers.byteLength) {
		new Uint8Array(numbers.buffer).set(bytes);
	}

	return numbers;
}
