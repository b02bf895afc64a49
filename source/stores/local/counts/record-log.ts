import type {CountedLog} from '../../deciding/counting.ts';
import type {InspectedLog} from '../../deciding/inspected.ts';
import {MANY} from '../../deciding/levels.ts';
import type {StoredTimes} from './stored-times.ts';

/** What a log is begun with, or was read with. */
interface LogState {
	readonly times: StoredTimes;
	/** Milliseconds. */
	readonly window: number;
	/** When the last time leaves the window; any number if there is none. */
	readonly until: number;
	readonly requests: number;
}

/**
 * A client's sliding log under one rule. Only the lower 32 bits of each time are kept, since no two are further apart
 * than the longest window, 45 days.
 */
export class RecordLog implements CountedLog, InspectedLog {
	readonly times: StoredTimes;
	readonly #window: number;
	#last: number;
	#requests: number;

	constructor({times, window, until, requests}: LogState) {
		this.times = times;
		this.#window = window;
		this.#last = until - window;
		this.#requests = requests;
	}

	get length(): number {
		return this.times.length;
	}

	get requests(): number {
		return this.#requests;
	}

	/** When the last time leaves the window. */
	get until(): number {
		return this.#last + this.#window;
	}

	/** The time, but not one before the last that was counted: another process may be ahead. */
	notBefore(now: number): number {
		return this.length === 0 ? now : Math.max(now, this.#last);
	}

	within(window: number, now: number): number {
		const gone = this.gone(window, now);
		if (gone > 0) {
			this.times.dropFirst(gone);
			this.#requests = this.length === 0 ? 0 : this.#requests;
		}

		return this.length;
	}

	gone(window: number, now: number): number {
		const {length} = this;
		const idle = now - this.#last;
		if (length === 0 || idle >= window) {
			return length;
		}

		// Each is less than 45 days before the last, which has not left the window.
		const since = (index: number) => {
			const time = this.times.at(index);
			return time === undefined ? Infinity : idle + ((this.#last - time) >>> 0);
		};
		if (since(0) < window) {
			return 0;
		}

		let gone = 0;
		let left = length - 1;
		while (left - gone > 1) {
			const middle = (gone + left) >>> 1;
			[gone, left] = since(middle) >= window ? [middle, left] : [gone, middle];
		}

		return left;
	}

	sinceFirst(now: number): number {
		return this.since(0, now);
	}

	since(index: number, now: number): number {
		return (now - (this.times.at(index) ?? 0)) >>> 0;
	}

	add(count: number, now: number): void {
		if (this.length >= count) {
			this.times.dropFirst(1);
		}

		this.times.push(now >>> 0);
		this.#last = now;
	}

	noteRequest(): void {
		this.#requests = Math.min(MANY, this.#requests + 1);
	}

	/** Removes up to so many times that equal this one, which is in the window. */
	remove(time: number, most: number, now: number): void {
		this.within(this.#window, now);
		const from = this.#firstFrom(time);
		const to = Math.min(this.#firstFrom(time + 1), from + most);
		if (from === to) {
			return;
		}

		const isLast = to === this.length;
		this.times.remove(from, to);
		if (isLast && from > 0) {
			this.#last -= (this.#last - (this.times.at(from - 1) ?? 0)) >>> 0;
		}
	}

	/** The index of the first time that is not before this one. */
	#firstFrom(time: number): number {
		const until = this.#last - time;
		let before = -1;
		let from = this.length;
		while (from - before > 1) {
			const middle = (before + from) >>> 1;
			const isBefore = (this.#last - (this.times.at(middle) ?? 0)) >>> 0 > until;
			[before, from] = isBefore ? [middle, from] : [before, middle];
		}

		return from;
	}
}
