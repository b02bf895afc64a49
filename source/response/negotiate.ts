import type {Context} from 'koa';

/** Characters. Browsers send up to 140. RFC 9110, 12.5.1, lets a server disregard the header. */
const MAX_LENGTH = 160;

export const PROBLEM = 'application/problem+json';

/** A header that matches none of these never prefers JSON to text. Most refusals skip negotiation. */
const problemRanges = /json|plain|(?:text|application)\/\*/i;

/**
 * Removes an Accept header that is too long to be genuine. Negotiation time grows with the square of its
 * length, and over HTTP/2 a client repeats a long header in a few bytes. This also protects `onRefused`,
 * listeners, and Koa's `ctx.redirect()`.
 */
export function dropLongAccept({req}: Context): void {
	const {accept} = req.headers;
	if (accept !== undefined && accept.length > MAX_LENGTH) {
		// `delete` would throw on the frozen headers of an adapter.
		Reflect.deleteProperty(req.headers, 'accept');
	}
}

/** Whether the client prefers a problem document (RFC 9457) to plain text. */
export function prefersProblem(ctx: Context): boolean {
	const accept = ctx.get('Accept');
	if (accept.length > MAX_LENGTH || !problemRanges.test(accept)) {
		return false;
	}

	const accepted = ctx.accepts('text/plain', PROBLEM, 'application/json');
	return accepted !== false && accepted !== 'text/plain';
}
