import type {Records} from '../tables/records.ts';
import type {Clock} from './clock.ts';
import {fileKeys} from './file-keys.ts';
import {bootName, uptime} from './machine.ts';

/** The bytes before the name of the machine's start: three numbers. */
const HEAD = 24;

/** The last `Date`, in milliseconds. */
const MAX_DATE = 8.64e15;

/** Milliseconds between two notes of the time in the file. */
const NOTED_EVERY = 10_000;

/** What the file keeps of the time. */
interface ClockRecord {
	/** What is added to the time since the machine started, in milliseconds. */
	readonly offset: number;
	/** The time since the machine started, and the time of the file, when it was last noted. */
	readonly uptime: number;
	readonly last: number;
	/** Tells one start of the machine from another, where the system says so: text in UTF-8. */
	readonly boot: Buffer;
}

/** Where the time comes from, in milliseconds. */
export interface TimeSources {
	/** The wall clock. */
	readonly wall: () => number;
	/** Time since the machine started: it never jumps, and is the same in all processes. */
	readonly uptime: () => number;
	/** Tells one start of the machine from another; empty where the system does not say. */
	readonly boot: string;
}

/**
 * The time of a file. All processes that use it have the same one, since it is the machine's uptime and an offset that
 * the file keeps. So nothing that is done to the wall clock changes it while the machine runs, through restarts of
 * processes too. After a restart of the machine it goes on from the wall clock, but never goes back: if the wall clock
 * is behind the last time that was noted, from that one.
 */
export class FileClock implements Clock {
	readonly #sources: TimeSources;
	#offset = 0;

	constructor(sources: TimeSources = systemSources()) {
		this.#sources = sources;
	}

	/** Reads the offset, and corrects it after a restart of the machine. */
	begin(records: Records): void {
		const known = read(records);
		const {wall, uptime, boot} = this.#sources;
		if (known && boot !== '' && known.boot.toString() === boot) {
			this.#offset = known.offset;
			return;
		}

		// Without a boot's name, an uptime that has not gone back may be that of the same start.
		const continued =
			known && boot === '' && known.uptime <= uptime() ? known.offset + uptime() : 0;
		const time = Math.max(wall(), known?.last ?? 0, continued);
		this.#offset = time - uptime();
		this.#write(records);
	}

	now(records: Records): number {
		// Another process may have corrected it.
		this.#offset = read(records)?.offset ?? this.#offset;
		return this.estimate();
	}

	estimate(): number {
		return Math.floor(this.#offset + this.#sources.uptime());
	}

	note(records: Records): boolean {
		if (this.estimate() - (read(records)?.last ?? 0) < NOTED_EVERY) {
			return false;
		}

		this.#write(records);
		return true;
	}

	#write(records: Records): void {
		const {uptime, boot} = this.#sources;
		const head = Buffer.alloc(HEAD);
		head.writeDoubleLE(this.#offset, 0);
		head.writeDoubleLE(uptime(), 8);
		head.writeDoubleLE(this.estimate(), 16);
		records.put(fileKeys.clock, Buffer.concat([head, Buffer.from(boot)]));
	}
}

/** @throws {FileError} if it is not what a store writes: a wrong time would end bans, or make them last */
function read(records: Records): ClockRecord | undefined {
	const bytes = records.get(fileKeys.clock);
	if (bytes === undefined) {
		return undefined;
	}

	const known = bytes.length >= HEAD && {
		offset: bytes.readDoubleLE(0),
		uptime: bytes.readDoubleLE(8),
		last: bytes.readDoubleLE(16),
		boot: bytes.subarray(HEAD),
	};
	if (known && isTime(known.offset) && isTime(known.uptime) && isTime(known.last)) {
		return known;
	}

	throw records.damaged('it does not say what time it is');
}

/** Whether these can be milliseconds of a date. */
function isTime(ms: number): boolean {
	return Math.abs(ms) <= MAX_DATE;
}

function systemSources(): TimeSources {
	return {wall: Date.now, uptime, boot: bootName()};
}
