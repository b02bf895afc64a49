import type {Context} from 'koa';

/** Characters. The gate parses and matches every URL, even a banned client's. */
const MAX_URL = 4096;

/** Characters of a host, or of a list of hosts from proxies. */
const MAX_HOST = 1000;

/** User information, and spaces at which older versions of Koa split a list of hosts in quadratic time. */
const unusualInHost = /@|\s{2}/;

/** A name or an address, perhaps with a port. */
const plainHost = /^[\w.:[\]-]+$/;

const oneSegment = /^\/[^/\\]*$/;

/** Characters for which `parseurl`, Koa's parser of URLs, takes its slow path. */
const unusual = /[\t\n\f\r #\u00a0\ufeff]/;

/** A segment `.` or `..`; a backslash separates segments like a slash. */
const dotSegment = /[/\\]\.{1,2}(?:[/\\?#;]|$)/;

/** Characters that `new URL()` and `fetch()` strip, so that they may hide a dot segment. */
const stripped = /\p{Cc}| $/u;

/** How many layers of encoding are decoded. */
const MAX_ENCODED = 4;

/** The path that a router matches, unless its `routerPath` is set. */
export function routedPath(ctx: Context): string {
	return String(ctx.newRouterPath || ctx.path || '');
}

/** Whether the URL is short and simple. The gate foresees no route for any other URL. */
export function hasPlainUrl({req: {url = ''}}: Context): boolean {
	return url.length <= MAX_URL && url.startsWith('/') && !unusual.test(url);
}

/**
 * Whether the host is short, and is nothing but a host. Koa builds `ctx.URL` from the client's host and the
 * path. A host such as `x/expensive?` changes that path. Without a host, the first segment becomes the host.
 * Koa parses a host with user information by `new URL()`, which is slow for a long one.
 */
function hasPlainHost(ctx: Context): boolean {
	const {headers} = ctx.req;
	const given = [headers[':authority'], headers.host, ctx.app.proxy && headers['x-forwarded-host']];
	if (given.some(host => host && (host.length > MAX_HOST || unusualInHost.test(String(host))))) {
		return false;
	}

	return ctx.host === '' ? oneSegment.test(ctx.path) : plainHost.test(ctx.host);
}

/** Whether everything that looks at the request's path and host finds the same path. */
export function hasPlainTarget(ctx: Context): boolean {
	return !hasDotSegment(ctx) && hasPlainHost(ctx);
}

/**
 * Whether the path has a dot segment, plain or encoded. Routers match it literally, but `ctx.URL` and other
 * servers may resolve it to a different path.
 */
function hasDotSegment(ctx: Context): boolean {
	const path = routedPath(ctx);

	return mayHideDotSegment(path) || (path !== ctx.path && mayHideDotSegment(ctx.path));
}

function mayHideDotSegment(path: string): boolean {
	let text = path;
	for (let times = 0; times <= MAX_ENCODED; times += 1) {
		if (dotSegment.test(text) || stripped.test(text)) {
			return true;
		}

		const decoded = text.replace(/%[\da-f]{2}/gi, byte => {
			return String.fromCharCode(Number.parseInt(byte.slice(1), 16));
		});
		if (decoded === text) {
			return false;
		}

		text = decoded;
	}

	return true;
}
