import type {Context} from 'koa';

/** Characters. Browsers send up to 140. RFC 9110, 12.5, lets a server disregard these headers. */
const MAX_LENGTH = 160;

const negotiated = ['accept', 'accept-charset', 'accept-encoding', 'accept-language'] as const;

export const PROBLEM = 'application/problem+json';

/** A header that matches none of these never prefers JSON to text. Most refusals skip negotiation. */
const problemRanges = /json|plain|(?:text|application)\/\*/i;

/**
 * Removes headers of content negotiation that are too long to be genuine. The time grows with the square of the length
 * of `Accept`, and the others take long, too. Over HTTP/2 a client repeats a long header in a few bytes. This also
 * protects `onRefused`, listeners, and Koa's `ctx.redirect()`.
 */
export function dropLongPreferences({req: {headers}}: Context): void {
	for (const name of negotiated) {
		if ((headers[name]?.length ?? 0) > MAX_LENGTH) {
			// `delete` would throw on the frozen headers of an adapter.
			Reflect.deleteProperty(headers, name);
		}
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
