import {check, isText, optional} from '../checks/option-checks.ts';

/** How many characters of a reason are kept. */
const MAX_LENGTH = 200;

/** @throws {TypeError} for a reason that is not a string */
export function checkReason(reason: unknown): {reason?: string} {
	check(optional(isText), reason, 'reason', 'text');

	return reason === undefined ? {} : {reason: keptReason(reason)};
}

/**
 * Copies the start of a reason, in whole characters. A slice would keep the whole string in memory, such
 * as a request's body.
 */
export function keptReason(reason: string): string {
	const start = reason.slice(0, MAX_LENGTH).replace(/[\ud800-\udbff]$/, '');

	// Unlike UTF-8, UTF-16 keeps half a character, which the caller may have cut.
	return Buffer.from(start, 'utf16le').toString('utf16le');
}
