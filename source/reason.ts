import {check, isText, optional} from './option-checks.ts';

/** Characters of a reason that are kept. */
const MAX_LENGTH = 200;

/** @throws {TypeError} for a reason that is not text */
export function checkReason(reason: unknown): {reason?: string} {
	check(optional(isText), reason, 'reason', 'text');

	return reason === undefined ? {} : {reason: keptReason(reason)};
}

/**
 * The beginning of a reason, apart from the text that it was cut from: a part of a request's body, say,
 * holds on to the whole of it.
 */
export function keptReason(reason: string): string {
	// In UTF-16, since in UTF-8 all halves of characters are alike.
	return Buffer.from(reason.slice(0, MAX_LENGTH), 'utf16le').toString('utf16le');
}
