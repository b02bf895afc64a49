import {badOption, isFunction} from '../checks/option-checks.ts';
import {isStatuses} from '../checks/statuses.ts';
import type {Rule} from '../stores/rule.ts';
import type {SettledCost, SettledCountWhen} from './limits.ts';

/** The greatest cost of a request: as many times are kept. */
export const MAX_COST = 1000;

/** The greatest `count` with `countWhen`: a place is looked for among as many. */
const MAX_RETURNABLE = 10_000;

/** @throws {TypeError} naming the option */
export function settleCost(given: unknown, {count}: Rule, option: string): SettledCost {
	const max = Math.min(count, MAX_COST);
	if (given === undefined) {
		return 1;
	}

	if (isFunction<Extract<SettledCost, (...args: never[]) => unknown>>(given)) {
		return given;
	}

	if (Number.isInteger(given) && Number(given) >= 0 && Number(given) <= max) {
		return Number(given);
	}

	throw badOption(option, `a whole number from 0 to ${max}, or a function of ctx`, given);
}

/** @throws {TypeError} naming the option */
export function settleCountWhen(
	given: unknown,
	{count}: Rule,
	option: string,
): SettledCountWhen | undefined {
	if (given === undefined) {
		return undefined;
	}

	if (count > MAX_RETURNABLE) {
		throw new TypeError(
			`\`${option}\` needs a \`count\` of at most ${MAX_RETURNABLE}, got ${count}`,
		);
	}

	if (isFunction<Extract<SettledCountWhen, (...args: never[]) => unknown>>(given)) {
		return given;
	}

	if (isStatuses(given)) {
		return new Set(given);
	}

	throw badOption(
		option,
		'a list of statuses such as [401], or a function of (ctx, status)',
		given,
	);
}
