import type {Context} from 'koa';
import {wholeSeconds} from '../checks/duration.ts';
import type {GateVerdict} from '../context.ts';
import type {Rule} from '../options/rules.ts';
import type {Passage} from '../request-state.ts';
import type {Quota} from '../stores/store.ts';

/*
 * The names and the syntax of draft-ietf-httpapi-ratelimit-headers-11, and of the older fields that
 * many clients read. The draft may still change: it stands here and nowhere else.
 */
export const rateLimitFields = [
	'RateLimit-Policy',
	'RateLimit',
	'X-RateLimit-Limit',
	'X-RateLimit-Remaining',
	'X-RateLimit-Reset',
] as const;

/** The rules as `RateLimit-Policy` lists them: `"global";q=100;w=60`. */
export function policyField(rules: readonly Rule[]): string {
	return rules
		.map(({name, count, window}) => {
			const seconds = window / 1000;
			return `${quotedName(name)};q=${count}${Number.isInteger(seconds) ? `;w=${seconds}` : ''}`;
		})
		.join(', ');
}

/**
 * Tells the client how it stands under the rules of `policy`, besides those that it has been told of
 * before. A refusal tells of the full ones alone.
 */
export function announceQuotas(
	ctx: Context,
	passage: Passage,
	policy: string,
	verdict: GateVerdict,
): void {
	const {headers} = passage.settings;
	if (headers === false || !('quotas' in verdict) || verdict.quotas.length === 0) {
		return;
	}

	const {quotas} = verdict;
	passage.policy = passage.policy === '' ? policy : `${passage.policy}, ${policy}`;
	passage.quotas =
		verdict.kind === 'admitted' && passage.quotas.length > 0
			? [...passage.quotas, ...quotas]
			: quotas;

	const {response} = ctx;
	if (passage.outer) {
		removeRateLimitFields(ctx);
	}

	if (headers === 'draft' || headers === 'both') {
		response.set('RateLimit-Policy', passage.policy);
		response.set('RateLimit', rateLimitField(passage.quotas));
	}

	if (headers === 'legacy' || headers === 'both') {
		const {rule, remaining, freesInMs} = passage.quotas.reduce(tighter);
		response.set('X-RateLimit-Limit', String(rule.count));
		response.set('X-RateLimit-Remaining', String(remaining));
		response.set('X-RateLimit-Reset', String(wholeSeconds(freesInMs)));
	}
}

/** Takes back what was told of other rules: by a gate before this one, or before the client was banned. */
export function removeRateLimitFields(ctx: Context): void {
	for (const field of rateLimitFields) {
		ctx.remove(field);
	}
}

/** Made for every request: a list to be joined would take longer than the rest of it. */
function rateLimitField(quotas: readonly Quota[]): string {
	let field = '';
	for (const quota of quotas) {
		const item = rateLimitItem(quota);
		field = field === '' ? item : `${field}, ${item}`;
	}

	return field;
}

/**
 * `"global";r=99;t=60`: `r` requests remain, and `t` is when the next one frees up, but at least the
 * share of the window that is theirs, so that no burst is invited.
 */
function rateLimitItem({rule, remaining, freesInMs}: Quota): string {
	const share = (rule.window * remaining) / rule.count;
	return `${quotedName(rule.name)};r=${remaining};t=${wholeSeconds(Math.max(freesInMs, share))}`;
}

function tighter(one: Quota, other: Quota): Quota {
	if (one.remaining === other.remaining) {
		return other.freesInMs > one.freesInMs ? other : one;
	}

	return other.remaining < one.remaining ? other : one;
}

const quotedNames = new Map<string, string>();

/** A rule's name as a String of RFC 9651: made once, since there are only so many rules. */
function quotedName(name: string): string {
	const known = quotedNames.get(name);
	if (known !== undefined) {
		return known;
	}

	const quoted = `"${name.replace(/["\\]/g, '\\$&')}"`;
	quotedNames.set(name, quoted);
	return quoted;
}
