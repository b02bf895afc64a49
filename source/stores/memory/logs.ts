import {Blocks} from './blocks.ts';
import {Log} from './log.ts';
import {NONE, Records} from './records.ts';
import {CELLS, type Storage} from './times.ts';

/** The logs of many clients, known by number; each names the next one of its client. */
export class Logs implements Storage {
	readonly records = new Records(CELLS);
	readonly blocks = new Blocks();
	readonly #log = new Log();

	/** Begins an empty log in front of a client's others. */
	begin(counter: number, next: number): number {
		const log = this.records.take();
		this.#open(log).begin(counter, next);
		return log;
	}

	/** Ends all logs of a client, whose numbers may then be another's. */
	endAll(first: number): void {
		for (let log = first; log !== NONE; ) {
			const {next} = this.#open(log);
			this.#log.clear();
			this.records.giveBack(log);
			log = next;
		}
	}

	/** Copies all logs of a client from elsewhere, and answers the first. */
	copyAll(from: Logs, first: number): number {
		let copied = NONE;
		for (let log = first; log !== NONE; log = from.#log.next) {
			copied = this.begin(from.#open(log).counter, copied);
			this.#open(copied).copy(from.#log);
		}

		return copied;
	}

	/** When the last event of a client was, under whichever rule; -Infinity if there is none. */
	lastOf(first: number): number {
		let last = -Infinity;
		for (let log = first; log !== NONE; log = this.#log.next) {
			this.#open(log);
			last = this.#log.length > 0 ? Math.max(last, this.#log.last) : last;
		}

		return last;
	}

	/** Forgets all events of those logs whose counters are like this. */
	clearThose(first: number, isSuch: (counter: number) => boolean): void {
		for (let log = first; log !== NONE; log = this.#log.next) {
			if (isSuch(this.#open(log).counter)) {
				this.#log.clear();
			}
		}
	}

	#open(log: number): Log {
		this.#log.open(this, log);
		return this.#log;
	}
}
