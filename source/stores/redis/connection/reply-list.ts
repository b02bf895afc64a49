/** @throws {TypeError} for a reply that is not a list */
export function listOf(reply: unknown): readonly unknown[] {
	if (!Array.isArray(reply)) {
		throw unreadable(JSON.stringify(reply));
	}

	return reply;
}

/** The error for a reply that makes no sense. */
export function unreadable(what: string): TypeError {
	return new TypeError(`A script returned ${what}`);
}
