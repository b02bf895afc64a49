import {isPromiseLike} from '../../maybe-promise.ts';
import type {StoredBan} from '../ban-records.ts';
import type {Store} from '../store.ts';
import {checkedRanges} from './check-reply.ts';
import {inTime} from './deadline.ts';
import {Unanswered} from './unanswered.ts';

/** Milliseconds between two reads. */
const EVERY = 1000;

/** Failures in a row after which they are reported: a server that restarts fails once or twice. */
const REPORTED_AFTER = 5;

/**
 * Reads without a reply after which the ranges are read only once a minute. A server that hangs keeps its connections
 * open, and the client keeps each read for a reply.
 */
const MAX_UNANSWERED = 5;

/** How many reads are left out then: those of a minute. */
const LEFT_OUT = 59;

export interface WatchOptions {
	/** Milliseconds that the store may take for a reply. */
	readonly timeout: number;
	/** Reading has failed several times in a row. */
	readonly onError: (error: unknown) => void;
}

/**
 * Reads the banned ranges of a store once a second, so that requests need not ask for them. If reading fails,
 * those that are known hold. A store that hangs is asked once a minute.
 */
export class RangeWatch {
	readonly #source: Store;
	readonly #learn: (ranges: readonly StoredBan[]) => void;
	#options: WatchOptions | undefined;
	#first: Promise<void> | undefined;
	/** How each gate waits for the first read. */
	#waits = new WeakMap<WatchOptions, Promise<void>>();
	#timer: NodeJS.Timeout | undefined;
	#isReading = false;
	#failuresInRow = 0;
	#hasRead = false;
	readonly #unanswered = new Unanswered();
	/** How many reads in a row were left out. */
	#leftOut = 0;
	/** What this process has changed since the read began that is on its way. */
	#changes: Array<() => void> = [];

	constructor(source: Store, learn: (ranges: readonly StoredBan[]) => void) {
		this.#source = source;
		this.#learn = learn;
	}

	/**
	 * Begins to watch, if nobody has yet. All gates on the store share the read, which has the timeout of the gate that
	 * began it. Each waits as long as its own says.
	 *
	 * @param options the same object each time that a gate asks
	 * @returns the first read, until it is done or has taken too long for this gate
	 */
	firstRead(options: WatchOptions): Promise<void> | undefined {
		if (this.#options === undefined) {
			this.#options = options;
			this.#waits = new WeakMap();
			this.#first = this.#read(options)?.finally(() => {
				this.#first = undefined;
			});
			this.#timer = readRegularly(new WeakRef(this));
		}

		return this.#first && this.#waitFor(this.#first, options);
	}

	/** Whether the ranges are known: they have been read at least once. */
	get hasRead(): boolean {
		return this.#hasRead;
	}

	/**
	 * This process has changed the ranges in the store.
	 *
	 * @param learn makes the same change here. A reply that may not show the change yet does not undo it.
	 */
	change(learn: () => void): void {
		learn();
		if (this.#isReading) {
			this.#changes.push(learn);
		}
	}

	/** Reads the ranges again, unless a read is on its way, or the store hangs. */
	refresh(): void {
		if (this.#options === undefined || this.#isReading) {
			return;
		}

		if (this.#unanswered.count >= MAX_UNANSWERED && this.#leftOut < LEFT_OUT) {
			this.#leftOut += 1;
			return;
		}

		this.#leftOut = 0;
		this.#read(this.#options);
	}

	stop(): void {
		clearInterval(this.#timer);
		this.#options = undefined;
	}

	/** Begun once for each gate: of many requests at a store that hangs, each further one waits for what is left. */
	#waitFor(first: Promise<void>, options: WatchOptions): Promise<void> {
		const begun = this.#waits.get(options);
		if (begun) {
			return begun;
		}

		const wait = inTime(first, options.timeout).then(ignore, ignore);
		this.#waits.set(options, wait);
		return wait;
	}

	#read({timeout, onError}: WatchOptions): Promise<void> | undefined {
		const asking = new AbortController();
		const fail = (error: unknown) => {
			this.#failuresInRow += 1;
			if (this.#failuresInRow >= REPORTED_AFTER) {
				onError(error);
			}
		};
		const learn = (reply: unknown) => {
			const ranges = checkedRanges(reply);
			this.#failuresInRow = 0;
			this.#unanswered.clear();
			this.#hasRead = true;
			this.#learn(ranges);
			for (const change of this.#changes) {
				try {
					change();
				} catch (error) {
					fail(error);
				}
			}
		};

		try {
			const reply = this.#source.ranges(asking);
			if (!isPromiseLike(reply)) {
				learn(reply);
				return undefined;
			}

			this.#isReading = true;
			this.#unanswered.add(reply);
			this.#changes = [];
			return inTime(reply, timeout, asking)
				.then(({value}) => learn(value))
				.catch(fail)
				.finally(() => {
					this.#isReading = false;
				});
		} catch (error) {
			fail(error);
			return undefined;
		}
	}
}

function ignore(): void {}

/** A gate that nobody closes must not keep its store alive, nor its process. */
function readRegularly(watch: WeakRef<RangeWatch>): NodeJS.Timeout {
	const timer = setInterval(() => {
		const held = watch.deref();
		if (held) {
			held.refresh();
		} else {
			clearInterval(timer);
		}
	}, EVERY);

	return timer.unref();
}
