/** A value that is there at once, or a promise of it. */
export type MaybePromise<T> = T | PromiseLike<T>;

/** Continues with a value: at once if it is there, later if it is a promise. */
export function andThen<T, Result>(
	value: MaybePromise<T>,
	then: (value: T) => MaybePromise<Result>,
): MaybePromise<Result> {
	return isPromiseLike(value) ? Promise.resolve(value).then(then) : then(value);
}

export function isPromiseLike<T>(value: MaybePromise<T>): value is PromiseLike<T> {
	return typeof (value as PromiseLike<T> | undefined)?.then === 'function';
}

/** Keeps a promise that nobody awaits from becoming an unhandled rejection. */
export function ignoreRejection(value: unknown): void {
	try {
		if (isPromiseLike(value)) {
			value.then(ignore, ignore);
		}
	} catch {
		// It is no promise, whatever its `then` does.
	}
}

function ignore(): void {}
