import type {Context} from 'koa';

/** Characters. The gate parses and matches every URL, even a banned client's. */
const MAX_URL = 4096;

/** Characters of a host, or of several that proxies have listed. */
const MAX_HOST = 1000;

/** User information, and what older Koa splits a list of hosts at in quadratic time. */
const unusualInHost = /@|\s{2}/;

/** What makes `parseurl`, which Koa parses URLs with, take its slow way. */
const unusual = /[\t\n\f\r #\u00a0\ufeff]/;

/**
 * A segment `.` or `..`, with dots and slashes encoded once or more, or a slash that is a backslash.
 * Routers match it literally; `ctx.URL` and other servers resolve it, each in its own way.
 */
const dotSegment =
	/(?:[/\\]|%(?:25)*(?:2f|5c))(?:\.|%(?:25)*2e){1,2}(?:[/\\?#;]|%(?:25)*(?:2f|5c|3b)|$)/i;

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

/** Whether `ctx.URL` or another server may take the path for a different one. */
export function hasDotSegment(ctx: Context): boolean {
	const path = routedPath(ctx);

	return dotSegment.test(path) || (path !== ctx.path && dotSegment.test(ctx.path));
}
