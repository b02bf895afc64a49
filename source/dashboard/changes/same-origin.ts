import type {Context} from 'koa';
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
 */
export function isSameOrigin(ctx: Context): boolean {
	const {origin, 'sec-fetch-site': site} = ctx.headers;
	if (site !== undefined) {
		return site === 'same-origin';
	}

	return origin === undefined ? bodyType(ctx) === JSON_TYPE : isOwnOrigin(origin, ctx);
}

/** Behind a proxy, `ctx.host` may be what the client has asked for, and `Host` what the proxy has. */
function isOwnOrigin(origin: string, ctx: Context): boolean {
	return [ctx.headers[':authority'], ctx.headers.host, ctx.host].some(
		host => typeof host === 'string' && host !== '' && isOriginOf(origin, host),
	);
}

function isOriginOf(origin: string, host: string): boolean {
	const [, scheme, rest] = /^(https?:\/\/)([^/\s]+)$/i.exec(origin) ?? [];
	if (scheme === undefined || rest === undefined || !URL.canParse(scheme + host)) {
		return false;
	}

	// Either may name the default port of the scheme.
	return URL.canParse(origin) && new URL(origin).host === new URL(scheme + host).host;
}
