import type {Context} from 'koa';
import {neverCached} from './never-cached.ts';

/** Fields that describe a response which is now replaced, or have a server before the app replace it. */
const preparedFields: ReadonlySet<string> = new Set([
	'content-type',
	'content-length',
	'content-encoding',
	'content-language',
	'content-disposition',
	'content-location',
	'content-range',
	'content-md5',
	'content-digest',
	'repr-digest',
	'digest',
	'transfer-encoding',
	'trailer',
	'etag',
	'last-modified',
	'retry-after',
	// For caches. Those that are for some caches only take precedence over Cache-Control (RFC 9213).
	'expires',
	'surrogate-control',
	'edge-control',
	'x-accel-expires',
	// A file that a server is to send in place of the response.
	'x-accel-redirect',
	'x-sendfile',
	'x-sendfile2',
	'x-send-file',
	'x-lighttpd-send-file',
	'x-litespeed-location',
	'x-reproxy-file',
	'x-reproxy-url',
]);

/** How `Cache-Control`, `CDN-Cache-Control` and the fields that CDNs have named after themselves end. */
const CACHE_CONTROL = 'cache-control';

/**
 * Discards what earlier middlewares have prepared: it was for an admitted request. No cache stores what is sent in its
 * place, and Koa sends it.
 */
export function discardResponse(ctx: Context): void {
	discardFields(ctx);
	// The type has gone before: under a JSON type, Koa turns an undefined body into `null`.
	if (ctx.body !== undefined) {
		ctx.body = undefined;
	}

	if (ctx.respond === false && !ctx.headerSent) {
		ctx.respond = true;
	}
}

/** Discards the prepared fields alone. No cache stores what is sent. */
export function discardFields(ctx: Context): void {
	for (const field of ctx.res.getHeaderNames()) {
		if (preparedFields.has(field) || field.endsWith(CACHE_CONTROL)) {
			ctx.remove(field);
		}
	}

	ctx.set('Cache-Control', neverCached);
}
