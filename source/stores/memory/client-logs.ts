import {Blocks} from './blocks.ts';
import {NONE, Records} from './records.ts';
import {SlidingLog} from './sliding-log.ts';
import {CELLS, type Storage} from './times.ts';

/** The logs of one client, which begin with the first. */
export interface FoundLogs {
	readonly logs: ClientLogs;
	readonly first: number;
}

/** The logs of many clients, identified by number. Each contains the number of its client's next log. */
export class ClientLogs implements Storage {
	readonly records = new Records(CELLS);
	readonly blocks = new Blocks();
	readonly #log = new SlidingLog();
	/** How many logs `lastOf` has looked at. */
	looked = 0;

	/** Begins an empty log before a client's other logs. Returns its number. */
	begin(counter: number, next: number): number {
		const log = this.records.take();
		this.#open(log).begin(counter, next);
		return log;
	}

	/** How many logs a client has. */
	numberOf(first: number): number {
		let number = 0;
		for (let log = first; log !== NONE; log = this.#open(log).next) {
			number += 1;
		}

		return number;
	}

	/** Ends all logs of a client. Their numbers may then be given to other clients. */
	endAll(first: number): void {
		this.endThose(first, () => true);
	}

	/** Ends some logs of a client. Returns the first of the others, whose order is reversed. */
	endThose(first: number, isSuch: (log: SlidingLog) => boolean): number {
		let kept = NONE;
		for (let log = first; log !== NONE; ) {
			const {next} = this.#open(log);
			if (isSuch(this.#log)) {
				this.#log.clear();
				this.records.free(log);
			} else {
				this.#log.link(kept);
				kept = log;
			}

			log = next;
		}

		return kept;
	}

	/** Copies all logs of a client from other logs. Returns the first. */
	copyAll(from: ClientLogs, first: number): number {
		let copied = NONE;
		for (let log = first; log !== NONE; log = from.#log.next) {
			copied = this.begin(from.#open(log).counter, copied);
			this.#open(copied).copy(from.#log);
		}

		return copied;
	}

	/** The time of a client's last event, under any rule; -Infinity if there is none. */
	lastOf(first: number): number {
		let last = -Infinity;
		for (let log = first; log !== NONE; log = this.#log.next) {
			this.#open(log);
			this.looked += 1;
			last = this.#log.length > 0 ? Math.max(last, this.#log.last) : last;
		}

		return last;
	}

	/** Forgets all events of a client in the logs of certain counters. */
	clearThose(first: number, isSuch: (counter: number) => boolean): void {
		for (let log = first; log !== NONE; log = this.#log.next) {
			if (isSuch(this.#open(log).counter)) {
				this.#log.clear();
			}
		}
	}

	#open(log: number): SlidingLog {
		this.#log.open(this, log);
		return this.#log;
	}
}
