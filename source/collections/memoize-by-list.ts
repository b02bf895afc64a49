/**
 * Memoizes a function of a list for as long as the list has the same length. Apps add routes and middlewares
 * to their lists, even after the first request, and hardly ever replace one.
 */
export function memoizeByList<T, Result>(
	compute: (list: readonly T[]) => Result,
): MemoizedByList<T, Result> {
	const memory = new WeakMap<readonly T[], Memoized<T, Result>>();
	let last: Memoized<T, Result> | undefined;

	const memoized = (list: readonly T[]): Result => {
		// Most requests ask about the same list as the request before.
		const known = last?.list === list ? last : memory.get(list);
		if (known?.length === list.length) {
			last = known;
			return known.result;
		}

		last = {list, length: list.length, result: compute(list)};
		memory.set(list, last);
		return last.result;
	};

	return Object.assign(memoized, {
		forget(list: readonly T[]): void {
			memory.delete(list);
			last = undefined;
		},
	});
}

export interface MemoizedByList<T, Result> {
	(list: readonly T[]): Result;
	/** Computes the result of a list anew when it is next wanted. */
	forget(list: readonly T[]): void;
}

interface Memoized<T, Result> {
	readonly list: readonly T[];
	readonly length: number;
	readonly result: Result;
}
