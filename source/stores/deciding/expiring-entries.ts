/** A value that is kept until it expires. */
export interface Entry<Value> {
	readonly value: Value;
	/** When it expires, in milliseconds; Infinity for never. */
	readonly until: number;
}

/** A table of limited size whose entries expire, by client. One entry too many replaces the one that was set first. */
export interface ExpiringEntries<Value> {
	/** How many entries there are; some may have expired. */
	readonly size: number;

	/** An entry that has not expired. */
	get(client: string, now: number): Entry<Value> | undefined;

	/**
	 * Sets an entry in place of the client's own.
	 *
	 * @returns the entry of another client that was evicted, if it had not expired
	 */
	set(client: string, value: Value, until: number, now: number): Entry<Value> | undefined;

	delete(client: string): void;
}
