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
		const start = keys.in(this.#table, records.get(place) ?? Buffer.alloc(0));
		const sample = [...records.between(start, keys.first(this.#table + 1), SAMPLE)];
		if (sample.length < SAMPLE) {
			const end = Buffer.concat([start, Buffer.alloc(1)]);
			sample.push(...records.between(first, end, SAMPLE - sample.length));
		}

		records.put(place, (sample.at(-1)?.key ?? first).subarray(HEAD));
		return sample;
	}
}
