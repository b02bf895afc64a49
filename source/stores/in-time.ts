/**
 * What a store answers, if it does so within `timeout` milliseconds.
 *
 * @throws {Error} (as a rejection) when the time is over; a later answer is dropped
 */
export function inTime<T>(answer: PromiseLike<T>, timeout: number): Promise<T> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => {
			reject(new Error(`The store did not answer within ${timeout} ms (storeTimeout)`));
		}, timeout);

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
