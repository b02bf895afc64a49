import type {Level} from '../../deciding/levels.ts';
import {type Keys, tables} from './keys.ts';
import type {Records} from './records.ts';

/** Each table has one number for each level of clients, or just one. */
const LEVELS = 3;

/** The place of the last serial number. There is no table 0. */
const SERIAL = 0;

/** Tables from this one on are not counted. */
const TABLES = 8;

/** How many records of each kind a section has. They are read once a transaction, and written if they have changed. */
export class Totals {
	readonly #records: Records;
	readonly #key: Buffer;
	#numbers: Float64Array | undefined;
	#hasChanged = false;

	constructor(records: Records, keys: Keys) {
		this.#records = records;
		this.#key = keys.first(tables.totals);
	}

	/** @param table from `tables` */
	get(table: number, level: Level = 0): number {
		return this.#read()[LEVELS * table + level] ?? 0;
	}

	add(table: number, change: number, level: Level = 0): void {
		this.#change(LEVELS * table + level, change);
	}

	/** Numbers what is made in order: entries of tables, and records of clients. */
	nextSerial(): number {
		return this.#change(SERIAL, 1);
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

	#change(index: number, change: number): number {
		const numbers = this.#read();
		const number = Math.max(0, (numbers[index] ?? 0) + change);
		numbers[index] = number;
		this.#hasChanged = true;
		return number;
	}

	/** @throws {FileError} if they are not what a store writes: a ban is not looked up where there are none */
	#read(): Float64Array {
		this.#numbers ??= this.#numbersOf(this.#records.get(this.#key));
		return this.#numbers;
	}

	#numbersOf(bytes: Buffer | undefined): Float64Array {
		const numbers = new Float64Array(LEVELS * TABLES);
		if (bytes === undefined) {
			return numbers;
		}

		new Uint8Array(numbers.buffer).set(bytes.subarray(0, numbers.byteLength));
		const areTotals = numbers.every(number => Number.isSafeInteger(number) && number >= 0);
		if (bytes.length !== numbers.byteLength || !areTotals) {
			throw this.#records.damaged('it does not say how many records it has');
		}

		return numbers;
	}
}
