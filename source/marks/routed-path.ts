import type {Context} from 'koa';

/** Characters. The gate parses and matches every URL, even a banned client's. */
const MAX_URL = 4096;

/** Characters of a host, or of several that proxies have listed. */
const MAX_HOST = 1000;

/** User information, and what older Koa splits a list of hosts at in quadratic time. */
const unusualInHost = /@|\s{2}/;

/** What makes `parseurl`, which Koa parses URLs with, take its slow way. */
const unusual = /[\t\n\f\r #\u00a0\ufeff]/;

/** A segment `.` or `..`, where a backslash is as good as a slash. */
const dotSegment = /[/\\]\.{1,2}(?:[/\\?#;]|$)/;

/** What `new URL()` and `fetch()` strip, so that it may hide a dot segment. */
const stripped = /\p{Cc}| $/u;

/** How often a path may be encoded, one time upon the other. */
const MAX_ENCODED = 4;

/** The path that a router matches, unless it was told another. */
export function routedPath(ctx: Context): string {
	return String(ctx.newRouterPath || ctx.path || '');
}

/** Whether the URL is short and simple. For any other, the gate does not predict the route. */
export function hasPlainUrl({req: {url = ''}}: Context): boolean {
	return url.length <= MAX_URL && url.startsWith('/') && !unusual.test(url);
}

/**
 * Whether the host is short and simple. Koa has `new URL()` read a host with user information, which takes
 * long for a long one.
 */
export function hasPlainHost({app, req: {headers}}: Context): boolean {
	const hosts = [headers[':authority'], headers.host, app.proxy && headers['x-forwarded-host']];

	return hosts.every(
		host => !host || (host.length <= MAX_HOST && !unusualInHost.test(String(host))),
	);
}

/**
 * Whether `ctx.URL` or another server may take the path for a different one: it has a dot segment, plain or
 * encoded. Routers match that literally; others resolve it, each in its own way.
 */
export function hasDotSegment(ctx: Context): boolean {
	const path = routedPath(ctx);

	return isResolvable(path) || (path !== ctx.path && isResolvable(ctx.path));
}

function isResolvable(path: string): boolean {
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
