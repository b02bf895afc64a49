/**
 * Remembers what was found in a list, as long as the list has the same length: routes and middlewares
 * are added to theirs, also after the first request, and scarcely ever exchanged.
 */
export function remembered<T, Found>(
	find: (list: readonly T[]) => Found,
): (list: readonly T[]) => Found {
	const memory = new WeakMap<readonly T[], {readonly length: number; readonly found: Found}>();

	return list => {
		const known = memory.get(list);
		if (known?.length === list.length) {
			return known.found;
		}

		const found = find(list);
		memory.set(list, {length: list.length, found});
		return found;
	};
}
