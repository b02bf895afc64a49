/**
 * The steps in which a deadline passes, each of a millisecond or more. Between two steps the event loop reads
 * its sockets, so that code that blocks it costs at most one step. A reply that is already in the socket is
 * not late.
 */
const STEPS = 10;

/** Wrapped, so that awaiting it does not follow a thenable that might never settle. */
interface Boxed<T> {
	readonly value: T;
}

/**
 * The reply of a store, if it comes within `timeout` milliseconds.
 *
 * @throws {Error} (as a rejection) when the time is over; a later reply is dropped
 */
export function inTime<T>(reply: PromiseLike<T>, timeout: number): Promise<Boxed<T>> {
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
					new Error(`The store did not reply within ${timeout} ms (storeTimeout)`),
				);
			}
		}, timeout / steps);

		reply.then(
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

/** Whether something happens within `timeout` milliseconds. */
export async function isInTime(event: Promise<void>, timeout: number): Promise<boolean> {
	try {
		await inTime(event, timeout);
		return true;
	} catch {
		return false;
	}
}
