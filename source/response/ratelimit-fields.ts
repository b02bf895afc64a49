import type {Context} from 'koa';
import {wholeSeconds} from '../checks/duration.ts';
import type {GateVerdict} from '../context.ts';
import type {RequestState} from '../request-state.ts';
import type {Rule} from '../stores/rule.ts';
import type {Counted, Quota} from '../stores/verdict.ts';
import {hasResponse} from './has-response.ts';

/*
 * The names and the syntax of draft-ietf-httpapi-ratelimit-headers-11, and of the older fields that many
 * clients read. The draft may change. Only this file knows it.
 */
export const rateLimitFields = [
	'RateLimit-Policy',
	'RateLimit',
	'X-RateLimit-Limit',
	'X-RateLimit-Remaining',
	'X-RateLimit-Reset',
] as const;

/** Writes the fields for one list of rules. */
class RateLimitFields {
	/** The rules as `RateLimit-Policy` lists them: `"global";q=100;w=60`. */
	readonly policy: string;
	/** The rules' names as Strings of RFC 9651, quoted once. */
	readonly #quotedNames: ReadonlyMap<Rule, string>;

	constructor(rules: readonly Rule[]) {
		this.#quotedNames = new Map(rules.map(rule => [rule, quoted(rule.name)]));
		this.policy = rules.map(rule => this.#policyItem(rule)).join(', ');
	}

	/**
	 * Adds the client's quotas to those that the response already lists. A refusal lists only the full rules.
	 */
	set(ctx: Context, state: RequestState, verdict: GateVerdict): void {
		const {headers} = state.settings;
		if (headers === false || !('quotas' in verdict) || verdict.quotas.length === 0) {
			return;
		}

		if (!hasResponse(ctx)) {
			return;
		}

		const {quotas} = verdict;
		const isFirst = state.policyField === '';
		if (!isFirst) {
			this.#warnOfSameName(state);
		}

		const replaces = isFirst || verdict.kind !== 'admitted';
		state.policyField = isFirst ? this.policy : `${state.policyField}, ${this.policy}`;

		const {response} = ctx;
		if (state.outer) {
			removeRateLimitFields(ctx, state.outer);
		}

		state.shownQuotas = replaces ? quotas : [...state.shownQuotas, ...quotas];

		if (headers !== 'legacy') {
			state.rateLimitField = this.#appendItems(replaces ? '' : state.rateLimitField, quotas);
			response.set('RateLimit-Policy', state.policyField);
			response.set('RateLimit', state.rateLimitField);
		}

		if (headers !== 'draft') {
			setLegacyFields(ctx, state.shownQuotas);
		}
	}

	/** Other rules of the same name stand in the field already. */
	#warnOfSameName({policyField, settings}: RequestState): void {
		for (const [rule, name] of this.#quotedNames) {
			// With the comma: a window of 6 begins like one of 60.
			const listed = `${policyField},`;
			if (listed.includes(`${name};q=`) && !listed.includes(`${this.#policyItem(rule)},`)) {
				settings.warn('GATEKEEPER_SAME_NAME', rule.name);
			}
		}
	}

	#policyItem(rule: Rule): string {
		const seconds = rule.window / 1000;
		return `${this.#nameOf(rule)};q=${rule.count}${Number.isInteger(seconds) ? `;w=${seconds}` : ''}`;
	}

	/** Every request runs this. Concatenation on purpose: `map().join()` takes longer than everything else here. */
	#appendItems(field: string, quotas: readonly Quota[]): string {
		let text = field;
		for (const quota of quotas) {
			const item = quotaItem(this.#nameOf(quota.rule), quota);
			text = text === '' ? item : `${text}, ${item}`;
		}

		return text;
	}

	#nameOf(rule: Rule): string {
		return this.#quotedNames.get(rule) ?? quoted(rule.name);
	}
}

const fieldsOfRules = new WeakMap<readonly Rule[], RateLimitFields>();

/** The fields for a list of rules, made once. */
export function fieldsFor(rules: readonly Rule[]): RateLimitFields {
	const fields = fieldsOfRules.get(rules) ?? new RateLimitFields(rules);
	fieldsOfRules.set(rules, fields);
	return fields;
}

/** Removes the fields that this gate and those before it have set. */
export function removeRateLimitFields(ctx: Context, state: RequestState): void {
	for (let gate: RequestState | undefined = state; gate; gate = gate.outer) {
		gate.shownQuotas = [];
	}

	for (const field of rateLimitFields) {
		ctx.remove(field);
	}
}

/** Corrects the fields that a response shows, once some of what was counted is given back. */
export function raiseQuotas(ctx: Context, state: RequestState, returned: readonly Counted[]): void {
	if (state.shownQuotas.length === 0) {
		return;
	}

	state.shownQuotas = state.shownQuotas.map(quota => raised(quota, returned));
	const {headers} = state.settings;
	if (headers !== 'legacy') {
		const items = state.shownQuotas.map(quota => quotaItem(quoted(quota.rule.name), quota));
		ctx.response.set('RateLimit', items.join(', '));
	}

	if (headers !== 'draft') {
		setLegacyFields(ctx, state.shownQuotas);
	}
}

function raised(quota: Quota, returned: readonly Counted[]): Quota {
	const {rule} = quota;
	const cost = returned.find(one => one.rule === rule)?.cost ?? 0;
	const remaining = Math.min(rule.count, quota.remaining + cost);

	// What is left was counted earlier, so that it frees up as before.
	return {rule, remaining, freesInMs: remaining < rule.count ? quota.freesInMs : rule.window};
}

/**
 * `"global";r=99;t=60`: `r` requests remain, and the next one frees up in `t` seconds. `t` is at least
 * `window * r / count`, so that it does not invite a burst.
 */
function quotaItem(name: string, {rule, remaining, freesInMs}: Quota): string {
	const share = (rule.window * remaining) / rule.count;
	return `${name};r=${remaining};t=${wholeSeconds(Math.max(freesInMs, share))}`;
}

function setLegacyFields({response}: Context, quotas: readonly Quota[]): void {
	const {rule, remaining, freesInMs} = quotas.reduce(tighter);
	response.set('X-RateLimit-Limit', String(rule.count));
	response.set('X-RateLimit-Remaining', String(remaining));
	// As GitHub and most limiters send it: the time, in seconds since 1970, and not the seconds that are left.
	response.set('X-RateLimit-Reset', String(wholeSeconds(Date.now() + freesInMs)));
}

function quoted(name: string): string {
	return `"${name.replace(/["\\]/g, '\\$&')}"`;
}

function tighter(one: Quota, other: Quota): Quota {
	if (one.remaining === other.remaining) {
		return other.freesInMs > one.freesInMs ? other : one;
	}

	return other.remaining < one.remaining ? other : one;
}
