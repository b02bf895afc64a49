/** How many unnamed rules get a name of their own. */
const MAX_NAMES = 1000;

/** Further rules share the last of these, in turns: the rules of one list need names of their own. */
const SHARED = 100;

/**
 * Returns a function that returns `base`, then `base-2`, `base-3`, … After a thousand it returns the last hundred again:
 * rules that are made for each request must not pile up counters.
 */
export function nameSeries(base: string): () => string {
	let created = 0;

	return () => {
		created = created === MAX_NAMES ? MAX_NAMES - SHARED + 1 : created + 1;
		return created === 1 ? base : `${base}-${created}`;
	};
}
