import {describe} from '../checks/describe.ts';

/** Keeps a promise that a handler need not await from becoming an unhandled rejection, and warns of the cause. */
export function neverUnhandled<T>(promise: Promise<T>, warn: (cause: string) => void): Promise<T> {
	promise.catch((error: unknown) => {
		warn(error instanceof Error ? error.message : describe(error));
	});

	return promise;
}
