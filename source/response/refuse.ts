import type {Context} from 'koa';
import type {Refusal} from '../options/options.ts';
import type {Passage} from '../request-state.ts';
import {dropLongAccept, PROBLEM, prefersProblem} from './accept.ts';
import {removeRateLimitFields} from './ratelimit-fields.ts';
import {type Refused, refusalOf} from './refusal.ts';

/**
 * Problem types and their titles (RFC 9457).
 *
 * @see draft-ietf-httpapi-ratelimit-headers-11, which would answer abnormal usage with 429
 */
const problems: Record<Refusal['kind'], {type: string; title: string}> = {
	limited: {
		type: registered('quota-exceeded'),
		title: 'The assigned quota has been exceeded',
	},
	banned: {
		type: registered('abnormal-usage-detected'),
		title: 'Abnormal usage has been detected',
	},
	denied: {type: 'about:blank', title: 'Forbidden'},
	unavailable: {
		type: registered('temporary-reduced-capacity'),
		title: 'Capacity is reduced for a while',
	},
};

/** What told of another answer. */
const preparedFields: ReadonlySet<string> = new Set([
	'content-type',
	'content-length',
	'transfer-encoding',
	'content-encoding',
	'content-language',
	'content-disposition',
	'expires',
	'etag',
	'last-modified',
	'retry-after',
]);

/** Answers a request that is not let in: 429, 403 or 503, in the form that the client accepts. */
export function refuse(ctx: Context, passage: Passage, refused: Refused): void | Promise<void> {
	const {banRule, headers, onRefused} = passage.settings;
	const refusal = refusalOf(refused, banRule);
	passage.verdict = refused;

	dropLongAccept(ctx);
	discardAnswer(ctx);
	ctx.status = refusal.status;
	ctx.set('Cache-Control', 'no-store');
	if (refusal.retryAfter !== undefined) {
		ctx.set('Retry-After', String(refusal.retryAfter));
	}

	if (refusal.kind !== 'limited' || headers === false) {
		removeRateLimitFields(ctx);
	}

	if (onRefused) {
		return Promise.resolve(onRefused(ctx, refusal)).then(() => setBody(ctx, refusal));
	}

	setBody(ctx, refusal);
}

/**
 * Whatever an earlier middleware prepared was for a request that is let in. The type goes first: under
 * a JSON type Koa takes an undefined body for `null`.
 */
export function discardAnswer(ctx: Context): void {
	for (const field of ctx.res.getHeaderNames()) {
		if (preparedFields.has(field)) {
			ctx.remove(field);
		}
	}

	if (ctx.body !== undefined) {
		ctx.body = undefined;
	}
}

/** Leaves alone what `onRefused` has answered: a body, none at all, or past Koa. */
function setBody(ctx: Context, {kind, rules, text}: Refusal): void {
	if (ctx.body !== undefined || ctx.respond === false || ctx.headerSent) {
		return;
	}

	if (!prefersProblem(ctx)) {
		if (!ctx.res.hasHeader('Content-Type')) {
			ctx.set('Content-Type', 'text/plain; charset=utf-8');
		}

		ctx.body = `${text}\n`;
		return;
	}

	const {type, title} = problems[kind];
	ctx.set('Content-Type', PROBLEM);
	ctx.body = JSON.stringify({
		type,
		title,
		status: ctx.status,
		detail: text,
		...(rules.length > 0 && {'violated-policies': rules}),
	});
}

function registered(type: string): string {
	return `https://iana.org/assignments/http-problem-types#${type}`;
}
