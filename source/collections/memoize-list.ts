/**
 * Remembers what was found in a list, as long as the list has the same length: routes and middlewares
 * are added to theirs, also after the first request, and scarcely ever exchanged.
 */
export function remembered<T, Found>(
	find: (list: readonly T[]) => Found,
): (list: readonly T[]) => Found {
	const memory = new WeakMap<readonly T[], Memory<T, Found>>();
	let last: Memory<T, Found> | undefined;

	return list => {
		// Most requests ask about the list that the one before has asked about.
		const known = last?.list === list ? last : memory.get(list);
		if (known?.length === list.length) {
			last = known;
			return known.found;
		}

		last = {list, length: list.length, found: find(list)};
		memory.set(list, last);
		return last.found;
	};
}

interface Memory<T, Found> {
	readonly list: readonly T[];
	readonly length: number;
	readonly found: Found;
}
