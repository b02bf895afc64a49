import {isPromise} from '../when-answered.ts';

/**
 * The steps in which a deadline passes, each of a millisecond or more. Between two of them the event loop
 * reads its sockets, so that code that blocks it costs at most one step. An answer that is already in the
 * socket is not late.
 */
const STEPS = 10;

/**
 * What a store answers, if it does so within `timeout` milliseconds.
 *
 * @throws {Error} (as a rejection) when the time is over; a later answer is dropped
 */
export function inTime<T>(answer: PromiseLike<T>, timeout: number): Promise<T> {
	return new Promise((resolve, reject) => {
		const steps = Math.max(1, Math.min(STEPS, Math.floor(timeout)));
		let left = steps;
		const timer = setTimeout(() => {
			left -= 1;
			if (left > 0) {
				timer.refresh();
			} else {
				setImmediate(
					reject,
					new Error(`The store did not answer within ${timeout} ms (storeTimeout)`),
				);
			}
		}, timeout / steps);

		const settled = () => clearTimeout(timer);
		answer.then(
			value => {
				settled();
				// What promises itself, or another promise, might never settle, and stop all else.
				if (isPromise(value)) {
					reject(new TypeError('the store answered a promise of a promise'));
				} else {
					resolve(value);
				}
			},
			(error: unknown) => {
				settled();
				reject(error);
			},
		);
	});
}

/** Each of a list that a store gives bit by bit, every one within `timeout` milliseconds. */
export async function* eachInTime<T>(list: AsyncGenerator<T>, timeout: number): AsyncGenerator<T> {
	try {
		for (;;) {
			const {done, value} = await inTime(list.next(), timeout);
			if (done) {
				return;
			}

			yield value;
		}
	} finally {
		// Not awaited: a store that has fallen silent would hold up its caller here.
		list.return(undefined).catch(() => {});
	}
}
