import {Worker} from 'node:worker_threads';
import {processWide} from '../../../process-wide.ts';
import {warnEachTime} from '../../../warnings.ts';

/** Elsewhere, LMDB's lock is one of the system, which wakes the next thread itself. */
const IS_NEEDED = process.platform === 'linux';

/** It has no other use in Node.js. A process that does not listen for it discards it. */
const SIGNAL = 'SIGURG';

/** Milliseconds between two looks at the main thread. */
const EVERY = 100;

/**
 * The program of the thread. It is text, so that a bundle of the app needs no second file, and no loader of the app
 * changes it.
 */
const PROGRAM = `
	const {workerData: turns} = require('node:worker_threads');
	let seen = 0;
	setInterval(() => {
		const turn = Atomics.load(turns, 0);
		if (turn === seen && turn % 2 !== 0) {
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

	/** @param program that of the thread */
	constructor(program = PROGRAM) {
		if (IS_NEEDED) {
			// Without a listener, the system discards the signal and wakes nobody.
			process.on(SIGNAL, () => {});
			this.#begin(program);
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

	#begin(program: string): void {
		const thread = new Worker(program, {
			eval: true,
			name: 'koa-gatekeeper',
			workerData: this.#turns,
			// What the app preloads is not for this thread.
			execArgv: [],
			env: {},
		});
		thread.on('error', ({message}) => warnEachTime('GATEKEEPER_LOCK_UNWATCHED', message));
		// The process may end.
		thread.unref();
	}
}

/** That of the process: its main thread can wait for one lock at a time. It begins with the first store. */
export function lockWatch(): LockWatch {
	return processWide('lockWatch', () => new LockWatch());
}
