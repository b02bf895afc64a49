/**
 * The steps in which a deadline passes, each of a millisecond or more. Between two of them the event loop
 * reads its sockets, so that code that blocks it costs at most one step. An answer that is already in the
 * socket is not late.
 */
const STEPS = 10;

/** An answer in a box, where no promise looks whether it is another promise: that might never settle. */
export interface Boxed<T> {
	readonly value: T;
}

/**
 * What a store answers, if it does so within `timeout` milliseconds.
 *
 * @throws {Error} (as a rejection) when the time is over; a later answer is dropped
 */
export function inTime<T>(answer: PromiseLike<T>, timeout: number): Promise<Boxed<T>> {
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

		answer.then(
			value => {
				clearTimeout(timer);
				resolve({value});
			},
			(error: unknown) => {
				clearTimeout(timer);
				reject(error);
			},
		);
	});
}

/** Each of a list that a store gives bit by bit, every one within `timeout` milliseconds. */
export async function* eachInTime<T>(list: AsyncGenerator<T>, timeout: number): AsyncGenerator<T> {
	try {
		for (;;) {
			const {done, value} = (await inTime(list.next(), timeout)).value;
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
