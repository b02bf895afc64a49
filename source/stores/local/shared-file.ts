import type {AskOptions} from '../ask-options.ts';
import {type Clock, FileClock, GivenClock} from './file/file-clock.ts';
import {LocalFile} from './file/local-file.ts';
import {Transactions} from './file/transactions.ts';
import {Ledger, type LedgerOptions} from './ledger.ts';
import {Keys} from './tables/keys.ts';
import {Totals} from './tables/totals.ts';

/** Milliseconds between two sweeps, and how many records each looks at. */
const SWEEP_EVERY = 250;
const SWEPT_AT_ONCE = 256;

/** How many changes a transaction makes before it ends: there is room for so many, see `lmdb/room.ts`. */
const MAX_CHANGES = 150;

interface SharedFileOptions extends LedgerOptions {
	readonly path: string;
	/** Returns milliseconds; undefined for the file's own time. */
	readonly clock: (() => number) | undefined;
}

/** The file of a store and of its sibling, the time in it, and what both do in its transactions. */
export class SharedFile {
	/** That of gates that enforce, and that of gates under `dryRun`. */
	readonly ledgers: readonly [enforced: Ledger, dry: Ledger];
	readonly #file: LocalFile;
	readonly #clock: Clock;
	readonly #transactions: Transactions;
	#timer: NodeJS.Timeout | undefined;
	#now = 0;

	/** @throws {Error} if the file cannot be used */
	constructor({path, clock, ...options}: SharedFileOptions) {
		this.#clock = clock ? new GivenClock(clock) : new FileClock();
		this.#file = new LocalFile(path, records => this.#clock.begin(records));
		const {records} = this.#file;
		const ledgerOf = (space: number) => {
			const keys = new Keys(space, () => this.#file.salt);
			return new Ledger({records, keys, totals: new Totals(records, keys)}, options);
		};
		this.ledgers = [ledgerOf(0), ledgerOf(1)];
		this.#transactions = new Transactions(
			run => this.#transact(run),
			() => records.changes > MAX_CHANGES,
		);
		this.#startSweeping();
	}

	/** Runs a step in the transaction of this turn. It receives the time. */
	run<Result>(step: (now: number) => Result, asking?: AskOptions): Promise<Result> {
		this.#startSweeping();
		return this.#transactions.run(() => step(this.#now), asking);
	}

	/** The time in milliseconds, without a look at the file. */
	estimate(): number {
		return this.#clock.estimate();
	}

	/** Copies the file as it is now. Everybody waits meanwhile. */
	copyTo(path: string): void {
		this.#transactions.flush();
		this.#file.copyTo(path);
	}

	async close(): Promise<void> {
		clearInterval(this.#timer);
		this.#timer = undefined;
		this.#transactions.flush();
		await this.#file.close();
	}

	#transact(run: () => void): void {
		this.#file.transact(() => {
			this.#now = this.#clock.now(this.#file.records);
			for (const ledger of this.ledgers) {
				ledger.beginTransaction();
			}

			run();
			for (const ledger of this.ledgers) {
				ledger.endTransaction();
			}
		});
	}

	#startSweeping(): void {
		this.#timer ??= setInterval(() => this.#sweep(), SWEEP_EVERY).unref();
	}

	/** Removes some of what is over. */
	#sweep(): void {
		try {
			let isNoted = false;
			this.#transact(() => {
				if (!this.#file.records.hasRoom) {
					return;
				}

				for (const ledger of this.ledgers) {
					ledger.sweep(this.#now, SWEPT_AT_ONCE);
				}

				isNoted = this.#clock.note(this.#file.records);
			});
			if (isNoted) {
				// One process does so every few seconds: a machine that loses its power then rarely leaves a damaged file.
				this.#file.flush();
			}
		} catch {
			// The next question meets the same error, and is told.
		}
	}
}
