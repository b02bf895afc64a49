/** The pages of a level of a tree, and between which separators their keys are. */
export class TreeLevel {
	readonly pages: number[] = [];
	readonly #lows: number[] = [];
	readonly #highs: number[] = [];

	/** @param low the separator that no key is below; `high`: the one that all keys are below */
	add(page: number, low: number, high: number): void {
		this.pages.push(page);
		this.#lows.push(low);
		this.#highs.push(high);
	}

	/** Goes through the pages in the order in which they are in the file. */
	forEach(visit: (page: number, low: number, high: number) => void): void {
		for (const index of inOrder(this.pages)) {
			visit(this.pages[index] ?? 0, this.#lows[index] ?? 0, this.#highs[index] ?? 0);
		}
	}
}

/** The indices of pages, in the order of the pages. */
export function inOrder(pages: readonly number[]): Uint32Array {
	return Uint32Array.from(pages.keys()).sort(
		(one, other) => (pages[one] ?? 0) - (pages[other] ?? 0),
	);
}
