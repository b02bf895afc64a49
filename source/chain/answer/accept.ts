import type {Context} from 'koa';

/** Characters: browsers send up to 140. RFC 9110, 12.5.1, lets a server disregard the header. */
const MAX_LENGTH = 256;

/** Characters that are negotiated here: those who ask for JSON send few. */
const MAX_NEGOTIATED = 128;

export const PROBLEM = 'application/problem+json';

/**
 * Without one of these in the header, a JSON type is never preferred to text. Most clients send none,
 * so that most refusals negotiate nothing.
 */
const mayPreferProblem = /json|plain|(?:text|application)\/\*/i;

/**
 * Removes an Accept header that is too long to be meant: content negotiation takes time with the square
 * of its length, and over HTTP/2 a client can repeat a header of many kilobytes in a few bytes. What
 * negotiates after this takes little time too, `onRefused` and Koa's `ctx.redirect()` included.
 */
export function dropLongAccept({req}: Context): void {
	const {accept} = req.headers;
	if (accept !== undefined && accept.length > MAX_LENGTH) {
		// Unlike `delete`: an adapter's headers may be frozen.
		Reflect.deleteProperty(req.headers, 'accept');
	}
}

/** Whether the client would rather read a problem (RFC 9457) than plain text. */
export function prefersProblem(ctx: Context): boolean {
	const accept = ctx.get('Accept');
	if (accept.length > MAX_NEGOTIATED || !mayPreferProblem.test(accept)) {
		return false;
	}

	const accepted = ctx.accepts('text/plain', PROBLEM, 'application/json');
	return accepted !== false && accepted !== 'text/plain';
}
