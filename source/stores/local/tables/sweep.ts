import {NOT_SWEPT, tables} from './keys.ts';
import type {Section} from './section.ts';

/** Changes for which a removal leaves room. It takes two itself, and the totals and the time are written afterwards. */
const SPARE = 8;

/** A table that removes a record with what belongs to it, except what the sweep removes by itself. */
export interface SweptTable {
	remove(key: Buffer): void;
}

/**
 * Removes what is over: all records of a section have their turn, some at a time. The processes that share a file do it
 * side by side, each from another record on.
 */
export class Sweep {
	readonly #section: Section;
	readonly #tables: ReadonlyMap<number, SweptTable>;
	/** The last record that was looked at. */
	#last: Buffer | undefined;

	/** @param swept by their numbers: records of other tables are simply removed */
	constructor(section: Section, swept: ReadonlyMap<number, SweptTable>) {
		this.#section = section;
		this.#tables = swept;
	}

	/** Looks at no more than so many records. Returns whether there may be any. */
	run(now: number, limit: number): boolean {
		const {records, keys} = this.#section;
		const start = keys.first(0);
		const last = this.#last ?? keys.of(tables.clients, `${Math.random()}`);
		const looked = records.between(last, keys.first(NOT_SWEPT), limit);
		this.#last = (looked.length < limit ? undefined : looked.at(-1)?.key) ?? start;
		for (const {key, value} of looked) {
			const isCurrent = value.length >= 8 && value.readDoubleLE(0) > now;
			// Where there is no room, it stays: the rest of the transaction must not fail.
			if (!isCurrent && records.hasRoomFor(SPARE)) {
				(this.#tables.get(key[1] ?? 0) ?? records).remove(key);
			}
		}

		return looked.length > 0 || !last.equals(start);
	}
}
