/** Whether an answer is still to come. */
export function isPromise<T>(answer: T | PromiseLike<T>): answer is PromiseLike<T> {
	return typeof (answer as PromiseLike<T> | undefined)?.then === 'function';
}

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

		answer.then(resolve, reject).then(() => clearTimeout(timer));
	});
}
