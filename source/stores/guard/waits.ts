import {performance} from 'node:perf_hooks';

/** In how many steps the end of a wait is looked for. */
const STEPS = 10;

/** How many times longer than `timeout` a wait lasts at most, however busy this process is. */
const MAX_TIMES = 10;

/** A request that waits for its turn. */
export interface Wait {
	/** Whether its turn has come. False if it has waited too long. */
	readonly turn: Promise<boolean>;
	/** Its turn has come. */
	start(): void;
	/** Whether it has ended, with its turn or without. */
	readonly isOver: boolean;
}

class Begun implements Wait {
	readonly turn: Promise<boolean>;
	readonly idleSince: number;
	readonly since = performance.now();
	readonly #going: Set<Begun>;
	#settle: ((hasTurn: boolean) => void) | undefined;

	constructor(going: Set<Begun>, idleSince: number) {
		this.#going = going;
		this.idleSince = idleSince;
		this.turn = new Promise(resolve => {
			this.#settle = resolve;
		});
		going.add(this);
	}

	get isOver(): boolean {
		return !this.#going.has(this);
	}

	start(): void {
		this.end(true);
	}

	end(hasTurn: boolean): void {
		this.#going.delete(this);
		this.#settle?.(hasTurn);
	}
}

/**
 * Ends waits that last too long. Time that this process uses itself does not count, since the store is not
 * slow then: a process that reads thousands of requests at once is busy for seconds, and has had its replies
 * long ago. What counts is the time for which the event loop had nothing to do.
 */
export class Waits {
	readonly #timeout: number;
	readonly #idle: () => number;
	/** In the order in which they began. */
	readonly #going = new Set<Begun>();
	#timer: NodeJS.Timeout | undefined;

	/**
	 * @param timeout milliseconds
	 * @param idle for how many milliseconds this process has had nothing to do
	 */
	constructor(timeout: number, idle = () => performance.eventLoopUtilization().idle) {
		this.#timeout = timeout;
		this.#idle = idle;
	}

	begin(): Wait {
		this.#timer ??= setInterval(() => this.#endSome(), this.#timeout / STEPS);

		return new Begun(this.#going, this.#idle());
	}

	/** Ends the waits that last too long: the first ones. */
	#endSome(): void {
		const idle = this.#idle();
		const now = performance.now();
		for (const wait of this.#going) {
			if (idle - wait.idleSince < this.#timeout && now - wait.since < MAX_TIMES * this.#timeout) {
				break;
			}

			wait.end(false);
		}

		if (this.#going.size === 0) {
			clearInterval(this.#timer);
			this.#timer = undefined;
		}
	}
}
