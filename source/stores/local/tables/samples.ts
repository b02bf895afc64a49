import type {Level} from '../../deciding/levels.ts';
import {HEAD, tables} from './keys.ts';
import type {FileRecord} from './records.ts';
import type {Section} from './section.ts';

/** How many records a sample has. */
const SAMPLE = 128;

/**
 * Samples of a table with levels, each of them neighbours. Those for a level go through the table, round and round. The
 * file holds how far they have come: if another level or each process moved on by itself, some records would meet many
 * samples within a short time, and others none.
 */
export class Samples {
	readonly #section: Section;
	readonly #table: number;
	/** Where the last sample for each level began and ended. */
	readonly #last = new Map<Level, {readonly start: Buffer; readonly end: Buffer}>();

	/** @param table from `tables` */
	constructor(section: Section, table: number) {
		this.#section = section;
		this.#table = table;
	}

	/** The next sample for a level: records of all levels, and the whole table if it has no more. */
	next(level: Level): readonly FileRecord[] {
		const {records, keys} = this.#section;
		const first = keys.first(this.#table);
		const place = keys.in(tables.samples, Buffer.from([this.#table, level]));
		const stored = keys.in(this.#table, records.get(place) ?? Buffer.alloc(0));
		const last = this.#last.get(level);
		// If a transaction has failed, as on a full disk, the next one shall not meet the same records.
		const start = last?.start.equals(stored) ? last.end : stored;
		const sample = [...records.between(start, keys.first(this.#table + 1), SAMPLE)];
		if (sample.length < SAMPLE) {
			const afterStart = Buffer.concat([start, Buffer.alloc(1)]);
			sample.push(...records.between(first, afterStart, SAMPLE - sample.length));
		}

		const end = sample.at(-1)?.key ?? first;
		this.#last.set(level, {start: stored, end});
		records.put(place, end.subarray(HEAD));
		return sample;
	}
}
