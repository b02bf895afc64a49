import type {AskOptions} from '../../ask-options.ts';
import {UnfinishedError, unchanged} from '../../unfinished-error.ts';
import {FileError} from '../lmdb/file-error.ts';
import {isOfLmdb} from '../lmdb/lmdb-error.ts';
import {USUAL_CHANGES} from '../lmdb/room.ts';

/** Reads or changes records of the file in a transaction. */
type Step<Result> = () => Result;

interface Waiting {
	readonly step: Step<unknown>;
	readonly asking: AskOptions | undefined;
	readonly resolve: (result: never) => void;
	readonly reject: (error: unknown) => void;
}

type Outcome = {readonly result: unknown} | {readonly error: unknown};

/** Milliseconds after which a transaction takes no further step, so that the event loop is not held up. */
const LONG = 2;

/** After how many changes it takes no further step: the last one may make as many more as there is usually room for. */
const MANY_CHANGES = USUAL_CHANGES * 0.75;

/**
 * Milliseconds. No question times out sooner. To read a signal creates it, which costs microseconds.
 */
const LATE = 20;

/** A step has failed when it had changed something. To end the transaction so says nothing against the file. */
class HalfDoneError extends UnfinishedError {
	constructor(cause: unknown) {
		super('A step failed halfway', 'ERR_GATEKEEPER_NOT_SENT', cause);
	}
}

/** Runs the steps of one turn of the event loop in one transaction: to begin and to end one costs more than a step. */
export class TransactionQueue {
	readonly #transact: (run: () => void) => void;
	readonly #changes: () => number;
	#waiting: Waiting[] = [];
	#since = 0;

	/**
	 * @param transact runs in a transaction what it is given, and throws if nothing of that was written
	 * @param changes how much the transaction has changed so far
	 */
	constructor(transact: (run: () => void) => void, changes: () => number) {
		this.#transact = transact;
		this.#changes = changes;
	}

	/** Resolves once the step is written. What the step throws, it rejects with: then nothing of it is written. */
	run<Result>(step: Step<Result>, asking?: AskOptions): Promise<Result> {
		return new Promise((resolve, reject) => {
			if (this.#waiting.length === 0) {
				this.#since = performance.now();
				setImmediate(() => this.#runAll());
			}

			this.#waiting.push({step, asking, resolve, reject});
		});
	}

	/** Runs what is waiting now. */
	flush(): void {
		while (this.#waiting.length > 0) {
			this.#runAll();
		}
	}

	#runAll(): void {
		const waiting = this.#wanted();
		if (waiting.length === 0) {
			return;
		}

		const outcomes: Outcome[] = [];
		try {
			this.#transact(() => this.#take(waiting, outcomes));
		} catch (error) {
			if (error instanceof HalfDoneError) {
				// The others did nothing wrong: once more, without it.
				const failed = outcomes.length;
				waiting[failed]?.reject(error.cause);
				this.#waitAgain(waiting.toSpliced(failed, 1));
				return;
			}

			for (const {reject} of waiting) {
				reject(error);
			}

			return;
		}

		this.#waitAgain(waiting.slice(outcomes.length));
		for (const [index, outcome] of outcomes.entries()) {
			const {resolve, reject} = waiting[index] as Waiting;
			if ('error' in outcome) {
				reject(outcome.error);
			} else {
				resolve(outcome.result as never);
			}
		}
	}

	/** Takes steps in a transaction until it has been long enough. */
	#take(waiting: readonly Waiting[], outcomes: Outcome[]): void {
		const begin = performance.now();
		for (const {step} of waiting) {
			outcomes.push(this.#outcomeOf(step));
			if (performance.now() - begin > LONG || this.#changes() > MANY_CHANGES) {
				break;
			}
		}
	}

	/** @throws {Error} if the transaction is of no use then */
	#outcomeOf(step: Step<unknown>): Outcome {
		const before = this.#changes();
		try {
			return {result: step()};
		} catch (error) {
			if (isOfLmdb(error) || error instanceof FileError) {
				throw error;
			}

			if (this.#changes() > before) {
				throw new HalfDoneError(error);
			}

			return {error};
		}
	}

	/** What is waiting, without the questions that were given up. */
	#wanted(): readonly Waiting[] {
		const waiting = this.#waiting;
		this.#waiting = [];
		if (performance.now() - this.#since < LATE) {
			return waiting;
		}

		return waiting.filter(({asking, reject}) => {
			const isWanted = asking?.signal.aborted !== true;
			if (!isWanted) {
				reject(unchanged('The event loop was held up'));
			}

			return isWanted;
		});
	}

	#waitAgain(left: readonly Waiting[]): void {
		if (left.length > 0) {
			this.#waiting = [...left, ...this.#waiting];
			setImmediate(() => this.#runAll());
		}
	}
}
