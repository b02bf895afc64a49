import type {Context} from 'koa';

/**
 * Whether an `Origin` names the host of the request. Behind a proxy, `ctx.host` may be what the client has asked for,
 * and `Host` what the proxy has.
 */
export function isOwnOrigin(origin: string, ctx: Pick<Context, 'headers' | 'host'>): boolean {
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
