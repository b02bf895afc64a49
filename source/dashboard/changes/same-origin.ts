import type {Context} from 'koa';
import {isOwnOrigin} from '../../browsers/own-origin.ts';
import {bodyType, JSON_TYPE} from '../response/respond.ts';

/** What a request must send that changes something. */
export const originNeeded =
	'A change must come from the page itself. A script must send Content-Type: application/json, and no Origin of another site.';

/**
 * Whether a request comes from a page of this origin, or from no browser at all. A browser sends a form of another site
 * with the operator's cookies.
 *
 * - Browsers send `Sec-Fetch-Site` over HTTPS and to this machine, and `Origin` with every POST.
 * - Without both, only JSON will do: a page of another site cannot send that without a preflight.
 * - A service worker of this origin may send another site's request anew. It then says `same-origin`, but is no longer a
 *   navigation. So a form must be a navigation. JSON need not be: only a script of this origin can send it.
 */
export function isSameOrigin(ctx: Context): boolean {
	const {origin, 'sec-fetch-site': site, 'sec-fetch-mode': mode = 'navigate'} = ctx.headers;
	const isJson = bodyType(ctx) === JSON_TYPE;
	if (site !== undefined) {
		return site === 'same-origin' && (isJson || mode === 'navigate');
	}

	return origin === undefined ? isJson : isOwnOrigin(origin, ctx);
}
