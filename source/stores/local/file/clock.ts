import {SteadyClock} from '../../steady-clock.ts';
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
