import type {Context} from 'koa';
import {isPlainHost, MAX_HOST} from '../checks/plain-host.ts';

/** Characters: those of a host, and of a scheme with its slashes. */
const MAX_ORIGIN = MAX_HOST + 8;

const httpOrigin = /^(https?:\/\/)(.+)$/i;

/**
 * Whether an `Origin` names the host of the request. Behind a proxy, `ctx.host` may be what the client has asked for,
 * and `Host` what the proxy has.
 */
export function isOwnOrigin(origin: string, ctx: Pick<Context, 'headers' | 'host'>): boolean {
	const [, scheme = '', host] = (origin.length <= MAX_ORIGIN && httpOrigin.exec(origin)) || [];
	const named = parsedHost(scheme, host);

	return named !== undefined && ownHosts(ctx).some(own => parsedHost(scheme, own) === named);
}

function ownHosts(ctx: Pick<Context, 'headers' | 'host'>): readonly unknown[] {
	const {':authority': authority, host, 'x-forwarded-host': forwarded} = ctx.headers;
	// Older versions of Koa split a list in quadratic time.
	const mayRead = typeof forwarded === 'string' && forwarded.length <= MAX_HOST;

	return mayRead ? [authority, host, ctx.host] : [authority, host];
}

/** A host as `URL` writes it: it may name the default port of the scheme. Undefined if it is none. */
function parsedHost(scheme: string, host: unknown): string | undefined {
	const isPlain = typeof host === 'string' && isPlainHost(host);

	return isPlain && URL.canParse(scheme + host) ? new URL(scheme + host).host : undefined;
}
