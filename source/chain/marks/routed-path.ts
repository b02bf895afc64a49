import type {Context} from 'koa';

/** Characters. Each of a client's requests has its URL parsed and matched, also while it is banned. */
const MAX_URL = 4096;

/** What makes `parseurl`, which Koa parses URLs with, take its slow way. */
const unusual = /[\t\n\f\r #\u00a0\ufeff]/;

/**
 * A segment `.` or `..`, with dots and slashes encoded once or more, or a slash that is a backslash. A
 * router matches it as it is; `ctx.URL` and other servers resolve it, each in its own way.
 */
const dotSegment =
	/(?:[/\\]|%(?:25)*(?:2f|5c))(?:\.|%(?:25)*2e){1,2}(?:[/\\?#;]|%(?:25)*(?:2f|5c|3b)|$)/i;

/** The path that a router matches, unless it was told another. */
export function routedPath(ctx: Context): string {
	return String(ctx.newRouterPath || ctx.path || '');
}

/** Whether a request's URL is short and simple: of no other does the gate ask which route will run. */
export function hasPlainUrl({req: {url = ''}}: Context): boolean {
	return url.length <= MAX_URL && url.startsWith('/') && !unusual.test(url);
}

/** Whether another reader of the path may take it for a different one. */
export function isAmbiguous(ctx: Context): boolean {
	const path = routedPath(ctx);

	return dotSegment.test(path) || (path !== ctx.path && dotSegment.test(ctx.path));
}
