import type {Context} from 'koa';
import {isPlainHost} from '../checks/plain-host.ts';
import {isUnusualUrl} from '../checks/unusual-url.ts';

/** Characters. The gate parses and matches every URL, even a banned client's. */
const MAX_URL = 4096;

/** Characters of a host or a protocol, or of a list of them from proxies. */
const MAX_ORIGIN = 1000;

/** User information, and spaces at which older versions of Koa split a list in quadratic time. */
const unusualInOrigin = /@|\s{2}/;

const plainProtocol = /^[a-z][a-z\d+.-]*$/;

const oneSegment = /^\/[^/\\]*$/;

/** A segment `.` or `..`; a backslash separates segments like a slash. */
const dotSegment = /[/\\]\.{1,2}(?:[/\\?#;]|$)/;

/**
 * Control characters: what is neither printable ASCII nor above U+009F. `new URL()` and `fetch()` strip them, as they
 * do a space at the end, so that they may hide a dot segment.
 */
const control = /[^ -~\u00a0-\uffff]/;

const encoded = /%(?:[\da-f]{2}|u[\da-f]{4})/i;

const encodedTwice = /%25(?:[\da-f]{2}|u[\da-f]{4})/i;

/** The path that a router matches, unless its `routerPath` is set. */
export function routedPath(ctx: Context): string {
	return String(ctx.newRouterPath || ctx.path || '');
}

/** Whether the URL is short and simple. The gate foresees no route for any other URL. */
export function hasPlainUrl({req: {url = ''}}: Context): boolean {
	return url.length <= MAX_URL && url.startsWith('/') && !isUnusualUrl(url);
}

/**
 * Whether the origin is short, and is nothing but a protocol and a host. Koa builds `ctx.URL` from both, as the
 * client or a proxy sends them, and from the path. A host such as `x/expensive?` changes that path. Without a
 * host, the first segment becomes the host. Koa parses a host with user information by `new URL()`, which is
 * slow for a long one.
 */
function hasPlainOrigin(ctx: Context): boolean {
	const {headers} = ctx.req;
	const forwarded = ctx.app.proxy && [headers['x-forwarded-host'], headers['x-forwarded-proto']];
	const given = [headers[':authority'], headers.host, ...(forwarded || [])];
	if (
		given.some(part => part && (part.length > MAX_ORIGIN || unusualInOrigin.test(String(part))))
	) {
		return false;
	}

	const isPlain = ctx.host === '' ? oneSegment.test(ctx.path) : isPlainHost(ctx.host);
	// Without a socket, as adapters may leave it out, Koa throws for the protocol, and `ctx.URL` is empty.
	return isPlain && (!ctx.req.socket || plainProtocol.test(ctx.protocol));
}

/** Whether everything that looks at the request's path and origin finds the same path. */
export function hasPlainTarget(ctx: Context): boolean {
	return !hasDotSegment(ctx) && hasPlainOrigin(ctx);
}

/**
 * Whether the path has a dot segment, plain or encoded. Routers match it literally, but `ctx.URL` and other
 * servers may resolve it to a different path.
 */
function hasDotSegment(ctx: Context): boolean {
	const path = routedPath(ctx);

	return mayHideDotSegment(path) || (path !== ctx.path && mayHideDotSegment(ctx.path));
}

/** A path that is encoded more than once may hide anything: to find out would take a long time for a long one. */
function mayHideDotSegment(path: string): boolean {
	if (!path.includes('%')) {
		return isAmbiguous(path);
	}

	// What is decoded below would show it, too. Most such paths are spared that.
	if (encodedTwice.test(path)) {
		return true;
	}

	// Unlike decodeURIComponent(), it takes any bytes. It is native, and so is quick for long paths.
	const decoded = unescape(path);
	return encoded.test(decoded) || isAmbiguous(decoded);
}

function isAmbiguous(text: string): boolean {
	return dotSegment.test(text) || control.test(text) || text.endsWith(' ');
}
