import {type Costs, costAtLeast, costOf} from '../../costs.ts';
import type {Rule} from '../../rule.ts';
import type {Banned, Limited, Quota} from '../../verdict.ts';

/** The quotas of a refusal under whose rules a request costs as much or more: they refuse it, too. */
export function quotasFor(
	{quotas}: Limited,
	rules: readonly Rule[],
	costs: Costs,
	more: Costs,
): readonly Quota[] {
	return quotas.filter(({rule}) => {
		const index = rules.findIndex(({id}) => id === rule.id);
		return costOf(more, index) >= costOf(costs, index);
	});
}

/** How long a request that costs more has to wait, and for which rules, is not known: the longest window is enough. */
export function forCosts(
	refusal: Banned | Limited | undefined,
	rules: readonly Rule[],
	costs: Costs,
	more: Costs,
): Banned | Limited | undefined {
	const isSame = costAtLeast(costs, more, rules.length) && costAtLeast(more, costs, rules.length);
	if (refusal?.kind !== 'limited' || isSame) {
		return refusal;
	}

	const longest = Math.max(...rules.map(({window}) => window));
	const quotas = quotasFor(refusal, rules, costs, more);
	return quotas.length > 0
		? {kind: 'limited', quotas: quotas.map(quota => ({...quota, freesInMs: longest}))}
		: undefined;
}
