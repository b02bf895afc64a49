import type {Context} from 'koa';
import {wholeSeconds} from '../duration.ts';
import type {HeaderStyle} from '../options.ts';
import type {Rule} from '../rules.ts';
import type {Quota} from '../stores/store.ts';
import type {Passage} from './passage.ts';

/*
 * The names and the syntax of draft-ietf-httpapi-ratelimit-headers-11, and of the older fields that
 * many clients read. The draft may still change: it stands here and nowhere else.
 */
const draftFields = ['RateLimit-Policy', 'RateLimit'] as const;
const legacyFields = ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset'] as const;
const refusalFields = ['Retry-After', 'Cache-Control'] as const;

/** The rules as `RateLimit-Policy` lists them: `"global";q=100;w=60`. */
export function policyField(rules: readonly Rule[]): string {
	return rules
		.map(({name, count, window}) => {
			const seconds = window / 1000;
			return `${quoted(name)};q=${count}${Number.isInteger(seconds) ? `;w=${seconds}` : ''}`;
		})
		.join(', ');
}

/** Tells the client how it stands under all that this passage has been asked so far. */
export function setRateLimitFields(ctx: Context, passage: Passage): void {
	const {policy, quotas} = passage;
	const style: HeaderStyle = passage.settings.headers;
	if (style === 'draft' || style === 'both') {
		ctx.set('RateLimit-Policy', policy);
		ctx.set('RateLimit', quotas.map(rateLimitItem).join(', '));
	}

	if (style === 'legacy' || style === 'both') {
		const {rule, remaining, freesInMs} = quotas.reduce(tighter);
		ctx.set('X-RateLimit-Limit', String(rule.count));
		ctx.set('X-RateLimit-Remaining', String(remaining));
		ctx.set('X-RateLimit-Reset', String(wholeSeconds(freesInMs)));
	}
}

/** Takes back what an earlier link or gate has set. */
export function removeRateLimitFields(ctx: Context): void {
	for (const field of [...draftFields, ...legacyFields]) {
		ctx.remove(field);
	}
}

/** The headers that gates have set on this answer. */
export function gateHeaders(ctx: Context, passage: Passage): Record<string, string> {
	const refused = passage.verdict.kind !== 'admitted';
	const fields = [...draftFields, ...legacyFields, ...(refused ? refusalFields : [])];

	return Object.fromEntries(
		fields.map(field => [field, ctx.response.get(field)]).filter(([, value]) => value),
	);
}

/**
 * `"global";r=99;t=60`: within the next `t` seconds the client can use no more than `r`. While some
 * remain, `t` is at least their share of the window, so that no burst is invited.
 */
function rateLimitItem({rule, remaining, freesInMs}: Quota): string {
	const share = (rule.window * remaining) / rule.count;
	return `${quoted(rule.name)};r=${remaining};t=${wholeSeconds(Math.max(freesInMs, share))}`;
}

function tighter(one: Quota, other: Quota): Quota {
	if (one.remaining === other.remaining) {
		return other.freesInMs > one.freesInMs ? other : one;
	}

	return other.remaining < one.remaining ? other : one;
}

/** A String of RFC 9651. */
function quoted(name: string): string {
	return `"${name.replace(/["\\]/g, '\\$&')}"`;
}
