/** Goes on with an answer: at once where it is there, later where it is a promise. */
export function whenAnswered<T, Result>(
	answer: T | PromiseLike<T>,
	goOn: (answer: T) => Result | PromiseLike<Result>,
): Result | PromiseLike<Result> {
	return isPromise(answer) ? Promise.resolve(answer).then(goOn) : goOn(answer);
}

export function isPromise<T>(answer: T | PromiseLike<T>): answer is PromiseLike<T> {
	return typeof (answer as PromiseLike<T> | undefined)?.then === 'function';
}
