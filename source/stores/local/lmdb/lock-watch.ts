import {Worker} from 'node:worker_threads';
import {isError} from '../../../checks/is-error.ts';
import {processWide} from '../../../process-wide.ts';
import {warnEachTime} from '../../../warnings.ts';

/** Elsewhere, LMDB's lock is one of the system, which wakes the next thread itself. */
const IS_NEEDED = process.platform === 'linux';

/** It has no other use in Node.js. A process that does not listen for it discards it. */
const SIGNAL = 'SIGURG';

/** Milliseconds between two looks at the main thread. */
const EVERY = 100;

/** Milliseconds that the thread goes on without a file: one may be opened again, and to begin a thread takes long. */
const LINGERS_FOR = 1000;

/**
 * The program of the thread. It is text, so that a bundle of the app needs no second file, and no loader of the app
 * changes it.
 */
const PROGRAM = `
	const {workerData: turns} = require('node:worker_threads');
	let seen = 0;
	setInterval(() => {
		const turn = Atomics.load(turns, 0);
		const isWaiting = turn % 2 !== 0;
		if (turn === seen && isWaiting) {
			process.kill(process.pid, '${SIGNAL}');
		}

		seen = turn;
	}, ${EVERY});
`;

/**
 * Ends a wait for LMDB's lock that nobody else would end.
 *
 * When a lock is released, the system wakes one of the threads that wait for it. That one is to wake the next. If it is
 * killed before it runs, and another process takes the lock meanwhile, then nobody wakes the others: they sleep on
 * although the lock is free. A signal wakes them, and they look at the lock again.
 *
 * It is the main thread that sleeps. So another thread sends the signal.
 */
export class LockWatch {
	/** How often the main thread has begun or ended something that may wait: odd in between. */
	readonly #turns = new Int32Array(new SharedArrayBuffer(4));
	readonly #program: string;
	readonly #nothing = () => {};
	#thread: Worker | undefined;
	#hasFailed = false;
	/** How many files are open. */
	#files = 0;
	#ending: NodeJS.Timeout | undefined;

	/** @param program that of the thread */
	constructor(program = PROGRAM) {
		this.#program = program;
	}

	/** Call this before a file is opened. The thread begins with the first. */
	hold(): void {
		clearTimeout(this.#ending);
		this.#files += 1;
		this.check();
	}

	/** Call this when a file was closed. The thread ends a second after the last. */
	release(): void {
		this.#files -= 1;
		if (this.#files === 0) {
			this.#ending = setTimeout(() => this.#end(), LINGERS_FOR).unref();
		}
	}

	/** Call this once in a while. */
	check(): void {
		if (!IS_NEEDED || this.#hasFailed) {
			return;
		}

		// Without a listener, the system discards the signal and wakes nobody. The app may have removed all listeners.
		if (!process.listeners(SIGNAL).includes(this.#nothing)) {
			process.on(SIGNAL, this.#nothing);
		}

		try {
			this.#thread ??= this.#begin();
		} catch (error) {
			this.#fail(error);
		}
	}

	/** Runs something that may wait for the lock. */
	during<Result>(run: () => Result): Result {
		Atomics.add(this.#turns, 0, 1);
		try {
			return run();
		} finally {
			Atomics.add(this.#turns, 0, 1);
		}
	}

	#begin(): Worker {
		const thread = new Worker(this.#program, {
			eval: true,
			name: 'koa-gatekeeper',
			workerData: this.#turns,
			// What the app preloads is not for this thread.
			execArgv: [],
			env: {},
		});
		thread.on('error', error => this.#fail(error));
		// The process may end.
		thread.unref();

		return thread;
	}

	#end(): void {
		const thread = this.#thread;
		this.#thread = undefined;
		process.off(SIGNAL, this.#nothing);
		thread?.terminate();
	}

	#fail(error: unknown): void {
		this.#hasFailed = true;
		warnEachTime('GATEKEEPER_LOCK_UNWATCHED', isError(error) ? error.message : String(error));
	}
}

/** That of the process: its main thread can wait for one lock at a time. */
export function lockWatch(): LockWatch {
	return processWide('lockWatch', () => new LockWatch());
}
