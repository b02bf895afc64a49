import type {Context} from 'koa';
import {badOption} from '../checks/option-checks.ts';
import {ignoreRejection} from '../maybe-promise.ts';
import {MAX_COST} from '../options/counting.ts';
import type {Limits} from '../options/limits.ts';
import type {Rule} from '../stores/rule.ts';

/**
 * What a request costs under each rule; undefined if that is 1 under all.
 *
 * @throws {TypeError} for a cost that is no whole number, or that no rule can count
 */
export function costsFor(ctx: Context, {rules, costs}: Limits): readonly number[] | undefined {
	return (
		costs &&
		rules.map((rule, index) => {
			const cost = costs[index];
			return typeof cost === 'function' ? checkedCost(cost(ctx), rule) : (cost ?? 1);
		})
	);
}

function checkedCost(given: unknown, {name, count}: Rule): number {
	const isWhole = Number.isSafeInteger(given) && Number(given) >= 0;
	if (isWhole && (Number(given) <= MAX_COST || Number(given) > count)) {
		// Above `count` it never fits, whatever it is: one refusal is remembered for all of these.
		return Math.min(Number(given), count + 1);
	}

	ignoreRejection(given);
	throw badOption(
		`cost() of '${name}'`,
		`a whole number from 0 to ${MAX_COST}; choose a larger unit for more`,
		given,
	);
}
