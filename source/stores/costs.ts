/** What a request costs under each rule, in the order of the rules; undefined for 1 under each. */
export type Costs = readonly number[] | undefined;

/** What a request costs under the rule at an index of its list. */
export function costOf(costs: Costs, index: number): number {
	return costs?.[index] ?? 1;
}

/** Whether a request costs at least as much as another under each of so many rules. */
export function costAtLeast(costs: Costs, others: Costs, rules: number): boolean {
	if (costs === others) {
		return true;
	}

	for (let index = 0; index < rules; index += 1) {
		if (costOf(costs, index) < costOf(others, index)) {
			return false;
		}
	}

	return true;
}
