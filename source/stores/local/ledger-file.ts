import type {AskOptions} from '../ask-options.ts';
import {type Clock, GivenClock} from './file/clock.ts';
import {FileClock} from './file/file-clock.ts';
import {PidNamespace} from './file/pid-namespace.ts';
import {ReopeningFile} from './file/reopening-file.ts';
import {TransactionQueue} from './file/transaction-queue.ts';
import {Ledger, type LedgerOptions} from './ledger.ts';
import {Keys} from './tables/keys.ts';
import {Totals} from './tables/totals.ts';

/** Milliseconds between two sweeps, and how many records each looks at. */
const SWEEP_EVERY = 250;
const SWEPT_AT_ONCE = 256;

/**
 * How many records of each section a transaction looks at for each block that it writes. So those that are over, which
 * nothing else removes, stay fewer than the others, however many are written.
 */
const SWEPT_FOR_EACH_BLOCK = 2;

interface LedgerFileOptions extends LedgerOptions {
	readonly path: string;
	/** Returns milliseconds; undefined for the file's own time. */
	readonly clock: (() => number) | undefined;
}

/** The file of a store and of its sibling, the time in it, and what both do in its transactions. */
export class LedgerFile {
	/** What gates that enforce count, and what gates under `dryRun` count. */
	readonly enforced: Ledger;
	readonly dry: Ledger;
	readonly #file: ReopeningFile;
	readonly #clock: Clock;
	readonly #pidNamespace: PidNamespace;
	readonly #transactions: TransactionQueue;
	#timer: NodeJS.Timeout | undefined;
	#now = 0;

	/** @throws {Error} if the file cannot be used */
	constructor({path, clock, ...options}: LedgerFileOptions) {
		this.#clock = clock ? new GivenClock(clock) : new FileClock();
		this.#pidNamespace = new PidNamespace(path);
		this.#file = new ReopeningFile(path, opened => {
			this.#pidNamespace.begin(opened);
			this.#clock.begin(opened);
		});
		const {records} = this.#file;
		const ledgerOf = (section: number) => {
			const keys = new Keys(section, () => this.#file.salt);
			return new Ledger({records, keys, totals: new Totals(records, keys)}, options);
		};
		this.enforced = ledgerOf(0);
		this.dry = ledgerOf(1);
		this.#transactions = new TransactionQueue(
			run => this.#transact(run),
			() => records.changes,
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
	async copyTo(path: string): Promise<void> {
		this.#startSweeping();
		this.#transactions.flush();
		await this.#file.copyTo(path);
	}

	async close(): Promise<void> {
		clearInterval(this.#timer);
		this.#timer = undefined;
		this.#transactions.flush();
		await this.#file.close();
	}

	#transact<Result>(run: () => Result): Result {
		return this.#file.transact(() => {
			this.#now = this.#clock.now(this.#file.records);
			const ledgers = [this.enforced, this.dry];
			for (const ledger of ledgers) {
				ledger.beginTransaction();
			}

			const result = run();
			const swept = SWEPT_FOR_EACH_BLOCK * this.#file.records.blocksWritten;
			for (const ledger of ledgers) {
				if (swept > 0) {
					ledger.sweep(this.#now, swept);
				}

				ledger.endTransaction();
			}

			return result;
		});
	}

	#startSweeping(): void {
		this.#timer ??= setInterval(() => this.#sweep(), SWEEP_EVERY).unref();
	}

	/** Removes some of what is over. Before that, looks whether another container uses the file. */
	#sweep(): void {
		try {
			const isNoted = this.#transact(() => {
				const {records} = this.#file;
				this.#pidNamespace.check(records);
				if (!records.hasRoom) {
					return false;
				}

				this.enforced.sweep(this.#now, SWEPT_AT_ONCE);
				this.dry.sweep(this.#now, SWEPT_AT_ONCE);
				return this.#clock.note(records);
			});
			if (isNoted) {
				// One process does so every ten seconds, so that a loss of power rarely leaves a damaged file.
				this.#file.flush();
			}
		} catch {
			// Nobody waits for a sweep. A question that meets the same error rejects with it.
		}
	}
}
