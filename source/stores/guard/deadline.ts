import {isPromiseLike, type MaybePromise} from '../../maybe-promise.ts';

/**
 * The steps in which a deadline passes, each of a millisecond or more. Between two steps the event loop reads
 * its sockets, so that code that blocks it costs at most one step. A reply that is already in the socket is
 * not late.
 */
const STEPS = 10;

/** Wrapped, so that awaiting it does not follow a thenable that might never settle. */
export interface Boxed<T> {
	readonly value: T;
}

/** A store did not reply in time. */
class NoReplyError extends Error {
	constructor(timeout: number) {
		super(`The store did not reply within ${timeout} ms (storeTimeout)`);
	}
}

/** Whatever a store has thrown, asking what it is must not throw. */
export function isNoReply(error: unknown): boolean {
	try {
		return error instanceof NoReplyError;
	} catch {
		return false;
	}
}

/**
 * The reply of a store, if it comes within `timeout` milliseconds.
 *
 * @param asking is aborted when the time is over; a store that rejects then says why
 * @throws {NoReplyError} (as a rejection) when the time is over; a later reply is dropped
 */
export function inTime<T>(
	reply: PromiseLike<T>,
	timeout: number,
	asking?: AbortController,
): Promise<Boxed<T>> {
	return new Promise((resolve, reject) => {
		const steps = Math.max(1, Math.min(STEPS, Math.floor(timeout)));
		let left = steps;
		const timer = setTimeout(() => {
			left -= 1;
			if (left > 0) {
				timer.refresh();
			} else {
				asking?.abort();
				setImmediate(reject, new NoReplyError(timeout));
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

/** The same of a reply that may be there at once. */
export async function replyInTime<T>(
	reply: MaybePromise<T>,
	timeout: number,
	asking?: AbortController,
): Promise<Boxed<T>> {
	return isPromiseLike(reply) ? inTime(reply, timeout, asking) : {value: reply};
}
