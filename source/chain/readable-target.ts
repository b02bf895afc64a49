import type {Context, Request} from 'koa';
import {isPlainHost} from '../checks/plain-host.ts';
import {isUnusualUrl} from '../checks/unusual-url.ts';

/** Characters of a target that Koa parses by `url.parse()`. A longer one takes long. */
const MAX_PARSED = 4096;

/** What Koa may take for a host, if it parses the target by `url.parse()`. */
const mayHaveHost = /^\/[/\\]/;

/** A target with a host, as clients send it to proxies (RFC 9112, 3.2.2). */
const absolute = /^https?:\/\/([^/?]*)/i;

/**
 * Whether Koa reads the path that is there, and quickly. For `//search@x/health#` it would read `/health`, so that a
 * function among the options would exempt what a server behind the app may take for `/search`. For `http://[::1/` it
 * throws, and a function would, too: a banned client could so cause errors without end. No client needs such a target: a
 * `#` is never sent.
 */
export function hasReadableTarget(ctx: Context): boolean {
	// An adapter may leave it out.
	const {url} = ctx.req as Partial<typeof ctx.req>;
	if (url === undefined || url === '*') {
		return true;
	}

	if (url.includes('#')) {
		return false;
	}

	if (url.startsWith('/')) {
		return !((mayHaveHost.test(url) || url.length > MAX_PARSED) && isUnusualUrl(url));
	}

	const [origin, host = ''] = (url.length <= MAX_PARSED && absolute.exec(url)) || [''];
	return isPlainHost(host) && !isUnusualUrl(url) && hasPath(ctx, origin);
}

/** Whether Koa would read the path of another target: to parse all of this one takes long, and only its host can be wrong. */
function hasPath({request}: Context, url: string): boolean {
	try {
		const other: Request = Object.create(request, {req: {value: {url}}});
		return typeof other.path === 'string';
	} catch {
		return false;
	}
}
