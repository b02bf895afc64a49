import type {Limits} from './limits.ts';

/** How many rules of one function are fixed: an app may keep some for each of its users. */
const MAX_FIXED = 100;

/**
 * Returns a function that fixes rules which a function of the user has returned again, as long as there is room. They were
 * made beforehand. Of those that it makes for each request there may be any number.
 */
export function rulesFixer(): (limits: Limits) => Limits {
	let room = MAX_FIXED;

	return limits => {
		const left = room - limits.rules.length;
		if (limits.rules[0]?.isFixed || left < 0) {
			return limits;
		}

		room = left;
		// A new list, since stores and telemetry look at each list once. The same rules, since `countWhen` goes by them.
		return {...limits, rules: limits.rules.map(rule => Object.assign(rule, {isFixed: true}))};
	};
}
