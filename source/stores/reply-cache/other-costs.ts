import {type Costs, costAtLeast, costOf} from '../costs.ts';
import type {Rule} from '../rule.ts';
import type {Limited, Quota} from '../verdict.ts';

/** A reply of the source that refuses a request by full rules. */
interface LimitedReply {
	readonly verdict: Limited;
	/** For each quota of the verdict, milliseconds from the reply in which nothing frees up under its rule. */
	readonly unchangedForMs: readonly number[];
	readonly rules: readonly Rule[];
	readonly costs: Costs;
}

/**
 * The refusal of a request under the same rules that has other costs, if it is certain. It is under a rule where the
 * request costs as much as the refused one or more, until that one would fit; and where it costs more than what
 * remains, until something frees up.
 *
 * @param passed milliseconds since the reply
 */
export function refusalAtOtherCosts(
	{verdict, unchangedForMs, rules, costs: refused}: LimitedReply,
	costs: Costs,
	passed: number,
): Limited | undefined {
	const full: Quota[] = [];
	/** How long the request may have to wait for rules of which it is not certain that they refuse it. */
	let least = 0;
	for (const [place, quota] of verdict.quotas.entries()) {
		const index = rules.findIndex(({id}) => id === quota.rule.id);
		const cost = costOf(costs, index);
		const unchangedFor = unchangedForMs[place] ?? 0;
		const isUnchanged = unchangedFor > passed;
		const isCertain = cost >= costOf(refused, index) || (cost > quota.remaining && isUnchanged);
		if (isCertain && quota.freesInMs > passed) {
			// One more than what remains fits as soon as anything frees up.
			const fitsNext = isUnchanged && cost === quota.remaining + 1;
			const freesInMs = (fitsNext ? unchangedFor : quota.freesInMs) - passed;
			full.push({...quota, freesInMs});
		} else if (cost > quota.remaining) {
			least = Math.max(least, quota.freesInMs - passed);
		}
	}

	if (full.length === 0) {
		return undefined;
	}

	// A request that costs no more fits when the refused one does. Of one that costs more it is not known how long it has
	// to wait, nor for which other rules: the longest window is enough.
	const costsNoMore = costAtLeast(refused, costs, rules.length);
	const atLeast = costsNoMore ? least : Math.max(...rules.map(({window}) => window));

	return {
		kind: 'limited',
		quotas: full.map(quota => ({...quota, freesInMs: Math.max(atLeast, quota.freesInMs)})),
	};
}
