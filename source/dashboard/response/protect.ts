import type {Context} from 'koa';
import {discardFields} from '../../response/discard-response.ts';

/** Nothing but the page's own files, which no other page shows. */
export const policy = [
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"img-src 'self'",
	"connect-src 'self'",
	"form-action 'self'",
	"base-uri 'none'",
	"frame-ancestors 'none'",
].join('; ');

const fields = {
	'Content-Security-Policy': policy,
	'X-Content-Type-Options': 'nosniff',
	'Referrer-Policy': 'same-origin',
	'X-Frame-Options': 'DENY',
	'Cross-Origin-Opener-Policy': 'same-origin',
	'Cross-Origin-Resource-Policy': 'same-origin',
};

/** What a middleware before the page may have set to share the app's responses with other sites. */
const sharing = ['Access-Control-Allow-Origin', 'Access-Control-Allow-Credentials'];

/** Sets the security headers of whatever an operator is sent. No cache stores it. */
export function protect(ctx: Context): void {
	discardFields(ctx);
	ctx.set(fields);
	for (const field of sharing) {
		ctx.remove(field);
	}
}
