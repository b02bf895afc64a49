import {isText} from '../../checks/option-checks.ts';

/** If a request repeats one of these, Node.js keeps the first line, or joins the lines by other rules. */
const unjoinedHeaders: ReadonlySet<string> = new Set(
	`age authorization content-length content-type cookie etag expires from host if-modified-since
	if-unmodified-since last-modified location max-forwards proxy-authorization referer retry-after
	server set-cookie user-agent`.split(/\s+/),
);

/** A token of RFC 9110 that can name a forwarding header: Node.js keeps all of its lines, in order. */
export function isHeaderName(given: unknown): given is string {
	return (
		isText(given) &&
		/^[\w!#$%&'*+.^`|~-]+$/.test(given) &&
		!unjoinedHeaders.has(given.toLowerCase())
	);
}
