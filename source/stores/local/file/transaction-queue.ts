import type {AskOptions} from '../../ask-options.ts';
import {unchanged} from '../../unfinished-error.ts';
import {isOfLmdb} from '../lmdb/lmdb-error.ts';

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

/**
 * Milliseconds. Before that, no question has timed out. To read a signal creates it, which costs microseconds.
 */
const LATE = 20;

/** Runs the steps of one turn of the event loop in one transaction: to begin and to end one costs more than a step. */
export class TransactionQueue {
	readonly #transact: (run: () => void) => void;
	readonly #isLarge: () => boolean;
	#waiting: Waiting[] = [];
	#since = 0;

	/**
	 * @param transact runs in a transaction what it is given, and throws if nothing of that was written
	 * @param isLarge whether the transaction has changed so much that it should end
	 */
	constructor(transact: (run: () => void) => void, isLarge: () => boolean) {
		this.#transact = transact;
		this.#isLarge = isLarge;
	}

	/** Resolves once the step is written. What the step throws, it rejects with. */
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
			this.#transact(() => {
				const begin = performance.now();
				for (const {step} of waiting) {
					outcomes.push(outcomeOf(step));
					if (performance.now() - begin > LONG || this.#isLarge()) {
						break;
					}
				}
			});
		} catch (error) {
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

/** @throws what LMDB throws: the transaction is of no use then */
function outcomeOf(step: Step<unknown>): Outcome {
	try {
		return {result: step()};
	} catch (error) {
		if (isOfLmdb(error)) {
			throw error;
		}

		return {error};
	}
}
