/** How many unnamed rules get a name of their own. */
const MAX_NAMES = 1000;

/**
 * Returns a function that returns `base`, then `base-2`, `base-3`, … and stays at the thousandth: rules that
 * are made for each request must not pile up counters.
 */
export function nameSeries(base: string): () => string {
	let created = 0;

	return () => {
		created = Math.min(created + 1, MAX_NAMES);
		return created === 1 ? base : `${base}-${created}`;
	};
}
