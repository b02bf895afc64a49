/** The most ranges of addresses that may be banned at once: each process reads all of them once a second. */
export const MAX_RANGES = 1000;

/** The error for one more. */
export function tooManyRanges(): Error {
	return new Error(
		'1,000 ranges of addresses are banned, and there cannot be more. Unban others first, or ban a range around them.',
	);
}
