/** The most ranges of addresses that may be banned at once: each process reads all of them once a second. */
export const MAX_RANGES = 1000;

const CODE = 'ERR_GATEKEEPER_TOO_MANY_RANGES';

/** The error for one more. */
export function tooManyRanges(): Error {
	const error = new Error(
		'1,000 ranges of addresses are banned, and there cannot be more. Unban others first, or ban a range around them.',
	);

	return Object.assign(error, {code: CODE});
}

export function isTooManyRanges(thrown: unknown): thrown is Error {
	return thrown instanceof Error && 'code' in thrown && thrown.code === CODE;
}
