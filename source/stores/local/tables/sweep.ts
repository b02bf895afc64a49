import {NOT_SWEPT, tables} from './keys.ts';
import type {Namespace} from './namespace.ts';

/** A table that removes a record with what belongs to it, but for what is swept itself. */
export interface SweptTable {
	remove(key: Buffer): void;
}

/**
 * Removes what is over: all records of a namespace have their turn, some at a time. The processes that share a file do it
 * side by side, each from another record on.
 */
export class Sweep {
	readonly #namespace: Namespace;
	readonly #tables: ReadonlyMap<number, SweptTable>;
	/** The last record that was looked at. */
	#last: Buffer | undefined;

	/** @param swept by their numbers: records of other tables are simply removed */
	constructor(namespace: Namespace, swept: ReadonlyMap<number, SweptTable>) {
		this.#namespace = namespace;
		this.#tables = swept;
	}

	/** Looks at so many records. Returns whether there may be any. */
	run(now: number, number: number): boolean {
		const {records, keys} = this.#namespace;
		const start = keys.first(0);
		const last = this.#last ?? keys.of(tables.clients, `${Math.random()}`);
		const looked = records.between(last, keys.first(NOT_SWEPT), number);
		this.#last = (looked.length < number ? undefined : looked.at(-1)?.key) ?? start;
		for (const {key, value} of looked) {
			const isOver = value.length < 8 || value.readDoubleLE(0) <= now;
			if (isOver) {
				(this.#tables.get(key[1] ?? 0) ?? records).remove(key);
			}
		}

		return looked.length > 0 || !last.equals(start);
	}
}
