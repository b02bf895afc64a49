import {type Duration, milliseconds} from '../checks/duration.ts';
import {badOption, namedOptions} from '../checks/option-checks.ts';
import {MAX_WINDOW, type Rule, type SettledBanRule} from '../stores/rule.ts';
import {warnEachTime} from '../warnings.ts';
import {foreignRuleFields} from './foreign-names.ts';

/**
 * At most `count` requests within any `window`.
 *
 * - `count`: 1 to 1,000,000
 * - `window`: seconds, or text such as `'1m'`; at most 45 days
 * - `name`: printable ASCII, which clients see. Rules with the same name and equal numbers share a counter.
 *   Unnamed rules are called `global`, `global-2`, … or `specific`, `specific-2`, …
 *
 * @example [100, 60]
 * @example {count: 100, window: '1m', name: 'api'}
 */
export type LimitRule =
	| readonly [count: number, window: Duration]
	| {readonly count: number; readonly window: Duration; readonly name?: string};

/** One rule or a list of rules. A request must fit under every rule. */
export type LimitRules = LimitRule | readonly LimitRule[];

/**
 * Bans a client that is reported `count` times within any `window`, for `duration` from the last report.
 *
 * - `count`, `window`, `name`: as in a limit rule; an unnamed rule is called `ban`
 * - `duration`: seconds, or text such as `'10m'`; `Infinity` for an endless ban
 *
 * @example [3, 60, 600]
 * @example {count: 3, window: '1m', duration: '10m'}
 * @see fail2ban: `maxretry`, `findtime`, `bantime`
 */
export type BanRule =
	| readonly [count: number, window: Duration, duration: Duration]
	| {
			readonly count: number;
			readonly window: Duration;
			readonly duration: Duration;
			readonly name?: string;
	  };

/** How many unnamed rules get a name of their own. */
const MAX_NAMES = 1000;

/** The greatest `count` of a rule. */
const MAX_COUNT = 1_000_000;

/**
 * Reads one limit rule, or a list of rules.
 *
 * @param nextName names a rule that has no name
 * @throws {TypeError} naming the option
 */
export function settleLimitRules(
	given: unknown,
	option: string,
	nextName: () => string,
): readonly Rule[] {
	const isList = Array.isArray(given) && (given.length === 0 || typeof given[0] === 'object');
	if (!isList) {
		return [settleLimitRule(given, option, nextName)];
	}

	if (given.length === 0) {
		throw badOption(option, 'a rule or a list of at least one rule', given);
	}

	// A hole in the list is an entry too, and a bad one.
	const rules = Array.from(given, (rule, index) =>
		settleLimitRule(rule, `${option}[${index}]`, nextName),
	);
	const names = rules.map(rule => rule.name);
	const repeated = names.find((name, index) => names.indexOf(name) !== index);
	if (repeated !== undefined) {
		throw new TypeError(`\`${option}\` must give each rule its own name, got '${repeated}' twice`);
	}

	return rules;
}

/**
 * Reads a ban rule.
 *
 * @throws {TypeError} naming the option
 */
export function settleBanRule(given: unknown, option: string): SettledBanRule {
	const fields = ruleFields(given, ['count', 'window', 'duration'], option);

	return {
		...settleRule(fields, option, () => 'ban'),
		duration: milliseconds(fields.duration, `${option}.duration`, Infinity),
	};
}

/**
 * Returns a function that returns `base`, then `base-2`, `base-3`, … and stays at the thousandth: rules that
 * are made for each request must not pile up counters.
 */
export function nameSeries(base: string): () => string {
	let created = 0;

	return () => {
		created = Math.min(created + 1, MAX_NAMES);
		return created === 1 ? base : `${base}-${created}`;
	};
}

function settleLimitRule(given: unknown, option: string, nextName: () => string): Rule {
	return settleRule(ruleFields(given, ['count', 'window'], option), option, nextName);
}

function settleRule(fields: Record<string, unknown>, option: string, nextName: () => string): Rule {
	const count = wholeNumber(fields.count, `${option}.count`);
	const window = milliseconds(fields.window, `${option}.window`, MAX_WINDOW);
	warnOfMilliseconds(fields.window, `${option}.window`);
	const name = fields.name === undefined ? nextName() : ruleName(fields.name, `${option}.name`);

	return {name, count, window, id: `${count}/${window}/${name}`};
}

/** The tuple `[count, window, …]` as the object `{count, window, …}`. */
function ruleFields(
	given: unknown,
	numbers: readonly string[],
	option: string,
): Record<string, unknown> {
	if (Array.isArray(given) && given.length === numbers.length) {
		return Object.fromEntries(numbers.map((field, index) => [field, given[index]]));
	}

	if (typeof given !== 'object' || given === null || Array.isArray(given)) {
		throw badOption(option, `[${numbers.join(', ')}] or {${numbers.join(', ')}, name?}`, given);
	}

	return namedOptions(given, [...numbers, 'name'], option, {foreign: foreignRuleFields});
}

/** Other limiters take milliseconds. */
function warnOfMilliseconds(given: unknown, option: string): void {
	if (typeof given === 'number' && given > 3600 && given % 1000 === 0) {
		warnEachTime('GATEKEEPER_LONG_WINDOW', option, given);
	}
}

function wholeNumber(given: unknown, option: string): number {
	if (Number.isInteger(given) && Number(given) >= 1 && Number(given) <= MAX_COUNT) {
		return Number(given);
	}

	throw badOption(option, 'a whole number from 1 to 1,000,000', given);
}

/** Printable ASCII, since the RateLimit fields contain names (RFC 9651, Strings). */
function ruleName(given: unknown, option: string): string {
	if (typeof given === 'string' && /^[\x20-\x7e]+$/.test(given)) {
		return given;
	}

	throw badOption(option, 'printable ASCII, not empty', given);
}
