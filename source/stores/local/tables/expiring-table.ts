import type {Entry, ExpiringEntries} from '../../deciding/expiring-entries.ts';
import {ORDER} from './keys.ts';
import type {Namespace} from './namespace.ts';

/** The bytes before an entry's text: when it expires, and its number in the order. */
const HEAD = 16;

/** An entry, and whose it is. */
export interface ClientEntry<Value> extends Entry<Value> {
	readonly client: string;
}

/** A table of the file whose entries expire: each is a record, and another one has its place in the order. */
export class ExpiringTable<Value> implements ExpiringEntries<Value> {
	readonly #namespace: Namespace;
	readonly #table: number;
	readonly #max: number;

	/**
	 * @param table from `tables`
	 * @param max the most entries
	 */
	constructor(namespace: Namespace, table: number, max: number) {
		this.#namespace = namespace;
		this.#table = table;
		this.#max = max;
	}

	get size(): number {
		return this.#namespace.totals.get(this.#table);
	}

	get(client: string, now: number): Entry<Value> | undefined {
		if (this.size === 0) {
			return undefined;
		}

		const record = this.#namespace.records.get(this.#namespace.keys.of(this.#table, client));
		const entry = record && ExpiringTable.read<Value>(record);
		return entry && entry.until > now ? entry : undefined;
	}

	set(client: string, value: Value, until: number, now: number): Entry<Value> | undefined {
		const {records, keys, totals} = this.#namespace;
		this.delete(client);
		const evicted = this.size < this.#max ? undefined : this.#removeFirst();
		const key = keys.of(this.#table, client);
		const number = totals.nextSerial();
		records.put(key, written(client, value, until, number));
		records.put(this.#orderKey(number), key);
		totals.add(this.#table, 1);
		return evicted && evicted.until > now ? evicted : undefined;
	}

	delete(client: string): void {
		if (this.size > 0) {
			this.remove(this.#namespace.keys.of(this.#table, client));
		}
	}

	/** Removes the entry in a record, if it is there. */
	remove(key: Buffer): void {
		const {records, totals} = this.#namespace;
		const value = records.get(key);
		if (value === undefined) {
			return;
		}

		records.remove(key);
		totals.add(this.#table, -1);
		if (value.length >= HEAD) {
			records.remove(this.#orderKey(value.readDoubleLE(8)));
		}
	}

	/** Reads a record; undefined for bytes that are no record. */
	static read<Value>(bytes: Buffer): ClientEntry<Value> | undefined {
		try {
			const [client, value] = JSON.parse(bytes.toString('utf8', HEAD)) as [string, Value];
			return {client, value, until: bytes.readDoubleLE(0)};
		} catch {
			return undefined;
		}
	}

	#removeFirst(): Entry<Value> | undefined {
		const {records, keys} = this.#namespace;
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

	#orderKey(number: number): Buffer {
		const rest = Buffer.allocUnsafe(8);
		rest.writeBigUInt64BE(BigInt(number));
		return this.#namespace.keys.in(ORDER + this.#table, rest);
	}
}

function written(client: string, value: unknown, until: number, number: number): Buffer {
	const text = JSON.stringify([client, value]);
	const bytes = Buffer.allocUnsafe(HEAD + Buffer.byteLength(text));
	bytes.writeDoubleLE(until, 0);
	bytes.writeDoubleLE(number, 8);
	bytes.write(text, HEAD);
	return bytes;
}
