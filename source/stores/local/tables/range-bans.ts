import type {RangeBan, StoredBan} from '../../ban-records.ts';
import {MAX_RANGES, tooManyRanges} from '../../max-ranges.ts';
import {tables} from './keys.ts';
import type {Section} from './section.ts';

/** The bytes before a reason, which is JSON: when the ban ends. */
const HEAD = 8;

/** The bans of ranges: a record each. Gates read all of them once a second. */
export class RangeBans {
	readonly #section: Section;

	constructor(section: Section) {
		this.#section = section;
	}

	/** @throws {Error} if there are too many others */
	begin(range: string, {duration, reason}: RangeBan, now: number): void {
		const others = this.list(now).filter(({client}) => client !== range);
		if (others.length >= MAX_RANGES) {
			throw tooManyRanges();
		}

		const head = Buffer.alloc(HEAD);
		head.writeDoubleLE(now + duration);
		const text = JSON.stringify(reason ?? null);
		this.#section.records.put(this.#keyOf(range), Buffer.concat([head, Buffer.from(text)]));
	}

	end(range: string): void {
		this.#section.records.remove(this.#keyOf(range));
	}

	/** The bans in force. Removes those that have ended. */
	list(now: number): readonly StoredBan[] {
		const {records, keys} = this.#section;
		const bans: StoredBan[] = [];
		const from = keys.first(tables.ranges);
		for (const {key, value} of records.between(from, keys.first(tables.ranges + 1), MAX_RANGES)) {
			const ban = read(key.toString('utf8', from.length), value, now);
			if (ban) {
				bans.push(ban);
			} else {
				records.remove(key);
			}
		}

		return bans;
	}

	#keyOf(range: string): Buffer {
		return this.#section.keys.in(tables.ranges, Buffer.from(range));
	}
}

/** Undefined if the ban has ended, and for bytes that are no record. */
function read(client: string, bytes: Buffer, now: number): StoredBan | undefined {
	try {
		const endsInMs = bytes.readDoubleLE(0) - now;
		const reason: string | null = JSON.parse(bytes.toString('utf8', HEAD));
		return endsInMs > 0
			? {client, by: 'hand', ...(reason !== null && {reason}), endsInMs}
			: undefined;
	} catch {
		return undefined;
	}
}
