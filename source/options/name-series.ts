/** How many unnamed rules get a name of their own. */
const MAX_NAMES = 1000;

/** Names the next unnamed rule, which stands at this place in its list. */
export type NextName = (index: number) => string;

/**
 * Returns a function that returns `base`, then `base-2`, `base-3`, … After the thousandth it returns that again, with the
 * rule's place in its list: rules that are made for each request must not pile up counters.
 */
export function nameSeries(base: string): NextName {
	let created = 0;

	return index => {
		if (created === MAX_NAMES) {
			return index === 0 ? `${base}-${created}` : `${base}-${created}.${index + 1}`;
		}

		created += 1;
		return created === 1 ? base : `${base}-${created}`;
	};
}
