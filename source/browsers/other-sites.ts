import type {Context} from 'koa';
import {checkList, isText} from '../checks/option-checks.ts';
import {isOwnOrigin} from './own-origin.ts';

const noOrigins: readonly string[] = [];

/** Lists of origins that have passed the check: most requests come with the same one. */
const checked = new WeakSet<readonly string[]>();

/**
 * Whether a page on another site may have made a browser send this request. Where a password, a token or a code is
 * judged, refuse such a request before you judge it: its client has guessed nothing.
 *
 * By `Sec-Fetch-Site`, it is true
 *
 * - for `cross-site`
 * - for `same-site`, if it is a prefetch, which has `Sec-Purpose`
 * - for `same-origin`, if it is a WebSocket whose `Origin` has another host
 * - for `none`, if `Sec-Fetch-Mode` is not `navigate`, if it is a prefetch, or if its `Origin` has another host
 * - without the header, if it is a prefetch, or if its `Origin` has another host. `null` counts as one.
 *
 * On plain HTTP, an image on another site has none of these headers.
 *
 * @param origins whose pages may send it, as browsers write them in `Origin`. A list is checked once: keep it in a
 * constant.
 *
 * @throws {TypeError} for anything but a list of origins
 *
 * @example
 * router.post('/login', async ctx => {
 * 	if (fromOtherSite(ctx)) { // or fromOtherSite(ctx, ['https://app.example'])
 * 		ctx.throw(403);
 * 	}
 *
 * 	if (!(await isRight(ctx.request.body.password))) {
 * 		ctx.report();
 * 		ctx.throw(401);
 * 	}
 * });
 */
export function fromOtherSite(
	ctx: Pick<Context, 'headers' | 'host'>,
	origins: readonly string[] = noOrigins,
): boolean {
	checkOrigins(origins);
	const {
		origin,
		'sec-fetch-site': site,
		// A browser that sends `Sec-Fetch-Site` sends this, too.
		'sec-fetch-mode': mode = 'navigate',
		'sec-purpose': purpose,
	} = ctx.headers;
	if (origin !== undefined && origins.includes(origin)) {
		return false;
	}

	switch (site) {
		case 'cross-site':
			return true;
		// WebKit says it of a WebSocket that another site has redirected here.
		case 'same-origin':
			return mode === 'websocket' && mayBeOfForeignPage(ctx);
		case 'same-site':
			return purpose !== undefined;
		// An address that somebody has typed. But also what a page on any site may cause: a prefetch, a background fetch,
		// or a look at the origins that are related to a WebAuthn one.
		case 'none':
			return mode !== 'navigate' || mayBeOfForeignPage(ctx);
		// A WebSocket, a report of the browser, or a browser on plain HTTP; or no browser.
		default:
			return mayBeOfForeignPage(ctx);
	}
}

function mayBeOfForeignPage(ctx: Pick<Context, 'headers' | 'host'>): boolean {
	const {origin, 'sec-purpose': purpose} = ctx.headers;

	return purpose !== undefined || (origin !== undefined && !isOwnOrigin(origin, ctx));
}

/**
 * Whether a request has a header that browsers add, and that no page can leave out: `Sec-Fetch-Site`, `Origin` or
 * `Sec-Purpose`. Where nothing is judged, as with a trap, a 404 or a 429, do not report such a request: a page on another
 * site may have made a browser send it. A script that sends such a header escapes the report, and no limit.
 *
 * On plain HTTP, an image has none of these.
 *
 * @example
 * router.all('/wp-login.php', ctx => {
 * 	if (!fromBrowser(ctx)) {
 * 		ctx.ban({duration: '1d', reason: 'trap'});
 * 	}
 * });
 */
export function fromBrowser({headers}: Pick<Context, 'headers'>): boolean {
	return ['sec-fetch-site', 'origin', 'sec-purpose'].some(name => headers[name] !== undefined);
}

function checkOrigins(given: readonly string[]): void {
	if (!checked.has(given)) {
		checkList(isOrigin, given, 'origins', {
			list: 'a list of origins',
			item: "an origin as browsers send it, such as 'https://app.example'",
		});
		checked.add(given);
	}
}

/** Any other spelling would match no request. `null` is no origin: a page of any site can send it. */
function isOrigin(given: unknown): given is string {
	if (!isText(given) || !URL.canParse(given)) {
		return false;
	}

	const {protocol, host} = new URL(given);
	return host !== '' && !host.includes('*') && given === `${protocol}//${host}`;
}
