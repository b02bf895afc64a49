import {milliseconds} from '../checks/duration.ts';
import {badOption, namedOptions} from '../checks/option-checks.ts';
import {MAX_WINDOW, type Rule} from '../stores/rule.ts';
import type {Warn} from '../warnings.ts';
import {foreignRuleFields} from './foreign-names.ts';
import type {NextName} from './name-series.ts';

/** The greatest `count` of a rule. */
const MAX_COUNT = 1_000_000;

/** How a rule is named and complained about. */
export interface RuleReading {
	/** The option, in errors. */
	readonly option: string;
	readonly nextName: NextName;
	readonly warn: Warn;
	/** Whether it is read when the app starts, and not for a request. */
	readonly isFixed: boolean;
}

/**
 * Reads what limit rules and ban rules have in common.
 *
 * @throws {TypeError} naming the option
 */
export function settleRule(
	fields: Readonly<Record<string, unknown>>,
	{option, nextName, warn, isFixed}: RuleReading,
	index = 0,
): Rule {
	const count = wholeNumber(fields.count, `${option}.count`);
	const window = milliseconds(fields.window, `${option}.window`, MAX_WINDOW);
	if (looksLikeMilliseconds(fields.window)) {
		warn('GATEKEEPER_LONG_WINDOW', `${option}.window`, fields.window);
	}

	const name =
		fields.name === undefined ? nextName(index) : ruleName(fields.name, `${option}.name`);

	return {name, count, window, isFixed, id: `${count}/${window}/${name}`};
}

/**
 * The tuple `[count, window, …]` as the object `{count, window, …}`.
 *
 * @param further fields that only an object has
 */
export function ruleFields(
	given: unknown,
	numbers: readonly string[],
	further: readonly string[],
	option: string,
): Readonly<Record<string, unknown>> {
	if (Array.isArray(given) && given.length === numbers.length) {
		return Object.fromEntries(numbers.map((field, index) => [field, given[index]]));
	}

	if (typeof given !== 'object' || given === null || Array.isArray(given)) {
		const optional = further.map(field => `${field}?`).join(', ');
		throw badOption(
			option,
			`[${numbers.join(', ')}] or {${numbers.join(', ')}, ${optional}}`,
			given,
		);
	}

	return namedOptions(given, [...numbers, ...further], option, {foreign: foreignRuleFields});
}

/** Other limiters take milliseconds. */
function looksLikeMilliseconds(given: unknown): given is number {
	return typeof given === 'number' && given > 3600 && given % 1000 === 0;
}

function wholeNumber(given: unknown, option: string): number {
	if (Number.isInteger(given) && Number(given) >= 1 && Number(given) <= MAX_COUNT) {
		return Number(given);
	}

	throw badOption(option, 'a whole number from 1 to 1,000,000', given);
}

/**
 * Printable ASCII, since the RateLimit fields contain names (RFC 9651, Strings). A copy: events, metrics and stores keep
 * names, and a slice of a long text, such as a header, would keep all of it in memory.
 */
function ruleName(given: unknown, option: string): string {
	if (typeof given === 'string' && /^[\x20-\x7e]{1,100}$/.test(given)) {
		return Buffer.from(given, 'latin1').toString('latin1');
	}

	throw badOption(option, 'printable ASCII, 1 to 100 characters', given);
}
