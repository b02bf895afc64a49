/**
 * The steps in which a deadline passes. After each of them the event loop looks at its sockets, so that
 * whatever holds it up, a synchronous hash say, uses up one step however long it takes.
 */
const STEPS = 10;

/**
 * What a store answers, if it does so within `timeout` milliseconds in which the event loop is free: an
 * answer that already lies in the socket is no late one.
 *
 * @throws {Error} (as a rejection) when the time is over; a later answer is dropped
 */
export function inTime<T>(answer: PromiseLike<T>, timeout: number): Promise<T> {
	return new Promise((resolve, reject) => {
		let left = STEPS;
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
		}, timeout / STEPS);

		Promise.resolve(answer)
			.then(resolve, reject)
			.finally(() => clearTimeout(timer));
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
