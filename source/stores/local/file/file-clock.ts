import {readFileSync} from 'node:fs';
import {SteadyClock} from '../../steady-clock.ts';
import {fileKeys} from '../tables/keys.ts';
import type {Records} from '../tables/records.ts';

/** The time of a store in a file, in whole milliseconds. It never goes back. */
export interface Clock {
	/** The file was opened: call this in its first transaction. */
	begin(records: Records): void;
	/** The time in a transaction. */
	now(records: Records): number;
	/** The time without a look at the file. */
	estimate(): number;
	/** Notes the time in the file, unless a process did during the last ten seconds. Returns whether it has. */
	note(records: Records): boolean;
}

/** A clock that was given to the store. */
export class GivenClock implements Clock {
	readonly #clock: SteadyClock;

	/** @param clock returns milliseconds, the same in every process */
	constructor(clock: () => number) {
		this.#clock = new SteadyClock(clock);
	}

	begin(): void {}

	now(): number {
		return this.#clock.now();
	}

	estimate(): number {
		return this.#clock.now();
	}

	note(): boolean {
		return false;
	}
}

/** Milliseconds between two notes of the time in the file. */
const NOTED_EVERY = 10_000;

/** What the file keeps of the time. */
interface ClockRecord {
	/** What is added to the time since the machine started, in milliseconds. */
	readonly offset: number;
	/** The time since the machine started, and the time of the file, when it was last noted. */
	readonly uptime: number;
	readonly last: number;
	/** Tells one start of the machine from another, where the system says so. */
	readonly boot: string;
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
		if (known && boot !== '' && known.boot === boot) {
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
		this.#offset = records.get(fileKeys.clock)?.readDoubleLE(0) ?? this.#offset;
		return this.estimate();
	}

	estimate(): number {
		return Math.floor(this.#offset + this.#sources.uptime());
	}

	note(records: Records): boolean {
		const last = records.get(fileKeys.clock)?.readDoubleLE(16) ?? 0;
		if (this.estimate() - last < NOTED_EVERY) {
			return false;
		}

		this.#write(records);
		return true;
	}

	#write(records: Records): void {
		const {uptime, boot} = this.#sources;
		const head = Buffer.alloc(24);
		head.writeDoubleLE(this.#offset, 0);
		head.writeDoubleLE(uptime(), 8);
		head.writeDoubleLE(this.estimate(), 16);
		records.put(fileKeys.clock, Buffer.concat([head, Buffer.from(boot)]));
	}
}

function read(records: Records): ClockRecord | undefined {
	const bytes = records.get(fileKeys.clock);

	return bytes && bytes.length >= 24
		? {
				offset: bytes.readDoubleLE(0),
				uptime: bytes.readDoubleLE(8),
				last: bytes.readDoubleLE(16),
				boot: bytes.toString('utf8', 24),
			}
		: undefined;
}

function systemSources(): TimeSources {
	return {wall: Date.now, uptime, boot: bootOf()};
}

/** Milliseconds since the machine started. Unlike `performance.timeOrigin`, equal in all processes. */
export function uptime(): number {
	const [seconds, nanoseconds] = process.hrtime();

	return seconds * 1000 + nanoseconds / 1e6;
}

function bootOf(): string {
	try {
		return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
	} catch {
		return '';
	}
}
