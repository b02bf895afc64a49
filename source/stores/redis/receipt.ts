/** What the script must know to give back what it has counted for one request under one rule. */
export interface Receipt {
	/** In the server's milliseconds. */
	readonly at: number;
	/** How often the client had been reset. */
	readonly resets: number;
}

/** The receipt that a store has returned; undefined for anything else. */
export function readReceipt(receipt: unknown): Receipt | undefined {
	const {at, resets} = (receipt ?? {}) as Partial<Receipt>;

	return isWhole(at) && isWhole(resets) ? {at, resets} : undefined;
}

function isWhole(given: unknown): given is number {
	return Number.isSafeInteger(given);
}
