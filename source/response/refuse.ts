import type {Context} from 'koa';
import type {Refusal, RefusalKind} from '../context.ts';
import type {RequestState} from '../request-state.ts';
import {discardResponse} from './discard-response.ts';
import {hasResponse} from './has-response.ts';
import {PROBLEM, prefersProblem} from './negotiate.ts';
import {prepareRefusal} from './prepare-refusal.ts';
import {removeRateLimitFields} from './ratelimit-fields.ts';
import {type Refused, refusalOf} from './refusal.ts';

/**
 * Problem types and their titles (RFC 9457).
 *
 * @see draft-ietf-httpapi-ratelimit-headers-11, which suggests 429 for abnormal usage
 */
const problems: Record<RefusalKind, {type: string; title: string}> = {
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

/**
 * Responds to a request that is refused: 429, 403 or 503, in the form that the client accepts. A dry run only notes
 * it.
 *
 * @param isKeyed whether the rules count what the `key` of a `specific` returned, and not the client
 * @throws {HttpError} with the same status and text if there is no response
 */
export function refuse(
	ctx: Context,
	state: RequestState,
	refused: Refused,
	isKeyed = false,
): void | Promise<void> {
	const {banRule, dryRun, headers, onRefused, telemetry} = state.settings;
	state.verdict = refused;
	state.markRefused();
	prepareRefusal(ctx, state);
	const why = refusalOf(refused, banRule);
	const refusal: Refusal = isKeyed ? {...why, keyed: true} : why;
	telemetry.refused(ctx, state.client, refusal, dryRun);
	if (dryRun) {
		return;
	}

	if (!hasResponse(ctx)) {
		ctx.throw(refusal.status, refusal.text);
	}

	discardResponse(ctx);
	ctx.status = refusal.status;
	if (refusal.retryAfter !== undefined) {
		ctx.set('Retry-After', String(refusal.retryAfter));
	}

	if (refusal.kind !== 'limited' || headers === false) {
		removeRateLimitFields(ctx, state);
	}

	if (onRefused) {
		return Promise.resolve(onRefused(ctx, refusal)).then(() => setBody(ctx, refusal));
	}

	setBody(ctx, refusal);
}

/** Sets the default body, unless `onRefused` has set one, wants none, or has responded without Koa. */
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
