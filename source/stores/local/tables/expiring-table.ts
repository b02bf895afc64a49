import type {Entry, ExpiringEntries} from '../../deciding/expiring-entries.ts';
import {ORDER} from './keys.ts';
import type {Section} from './section.ts';

/** The bytes before an entry's text: when it expires, and its serial number, which is its place in the order. */
const SERIAL_AT = 8;
const HEAD = 16;

/** An entry, and whose it is. */
export interface ClientEntry<Value> extends Entry<Value> {
	readonly client: string;
}

/** A table of the file whose entries expire: each is a record, and another one has its place in the order. */
export class ExpiringTable<Value> implements ExpiringEntries<Value> {
	readonly #section: Section;
	readonly #table: number;
	readonly #max: number;

	/**
	 * @param table from `tables`
	 * @param max the most entries
	 */
	constructor(section: Section, table: number, max: number) {
		this.#section = section;
		this.#table = table;
		this.#max = max;
	}

	get size(): number {
		return this.#section.totals.get(this.#table);
	}

	get(client: string, now: number): Entry<Value> | undefined {
		if (this.size === 0) {
			return undefined;
		}

		const record = this.#section.records.get(this.#section.keys.of(this.#table, client));
		const entry = record && ExpiringTable.read<Value>(record);
		return entry && entry.until > now ? entry : undefined;
	}

	set(client: string, value: Value, until: number, now: number): Entry<Value> | undefined {
		const {records, keys, totals} = this.#section;
		this.delete(client);
		const evicted = this.size < this.#max ? undefined : this.#removeFirst();
		const key = keys.of(this.#table, client);
		const serial = totals.nextSerial();
		records.put(key, written(client, value, until, serial));
		records.put(this.#orderKey(serial), key);
		totals.add(this.#table, 1);
		return evicted && evicted.until > now ? evicted : undefined;
	}

	delete(client: string): void {
		if (this.size > 0) {
			this.remove(this.#section.keys.of(this.#table, client));
		}
	}

	/** Removes the entry in a record, if it is there. */
	remove(key: Buffer): void {
		const {records, totals} = this.#section;
		const value = records.get(key);
		if (value === undefined) {
			return;
		}

		records.remove(key);
		totals.add(this.#table, -1);
		const serial = serialOf(value);
		if (serial !== undefined) {
			records.remove(this.#orderKey(serial));
		}
	}

	/** Reads a record; undefined for bytes that are no record. */
	static read<Value>(bytes: Buffer): ClientEntry<Value> | undefined {
		try {
			const [client, value] = JSON.parse(bytes.toString('utf8', HEAD)) as [unknown, Value];
			const isEntry = typeof client === 'string' && value !== undefined && value !== null;
			return isEntry ? {client, value, until: bytes.readDoubleLE(0)} : undefined;
		} catch {
			return undefined;
		}
	}

	#removeFirst(): Entry<Value> | undefined {
		const {records, keys} = this.#section;
		const order = ORDER + this.#table;
		const [first] = records.between(keys.first(order), keys.first(order + 1), 1);
		if (first === undefined) {
			return undefined;
		}

		const value = records.get(first.value);
		this.remove(first.value);
		records.remove(first.key);
		return value && ExpiringTable.read(value);
	}

	#orderKey(serial: number): Buffer {
		const rest = Buffer.allocUnsafe(8);
		rest.writeBigUInt64BE(BigInt(serial));
		return this.#section.keys.in(ORDER + this.#table, rest);
	}
}

/** Undefined for bytes that are no record. */
function serialOf(bytes: Buffer): number | undefined {
	const serial = bytes.length < HEAD ? -1 : bytes.readDoubleLE(SERIAL_AT);
	return Number.isSafeInteger(serial) && serial >= 0 ? serial : undefined;
}

function written(client: string, value: unknown, until: number, serial: number): Buffer {
	const text = JSON.stringify([client, value]);
	const bytes = Buffer.allocUnsafe(HEAD + Buffer.byteLength(text));
	bytes.writeDoubleLE(until, 0);
	bytes.writeDoubleLE(serial, SERIAL_AT);
	bytes.write(text, HEAD);
	return bytes;
}
