import type {DefaultState} from 'koa';
import type {Duration} from '../checks/duration.ts';
import {badOption} from '../checks/option-checks.ts';
import {andThen} from '../maybe-promise.ts';
import type {Rule} from '../stores/rule.ts';
import {warner} from '../warnings.ts';
import type {ContextOf} from './context-of.ts';
import {settleCost, settleCountWhen} from './counting.ts';
import {rulesFixer} from './fix-rules.ts';
import {type LimitSource, type Limits, noLimits} from './limits.ts';
import type {NextName} from './name-series.ts';
import {type RuleReading, ruleFields, settleRule} from './rule-fields.ts';

/**
 * At most `count` requests within any `window`.
 *
 * @example [100, 60]
 * @example {count: 100, window: '1m', name: 'api', cost: ctx => (ctx.method === 'GET' ? 1 : 5)}
 * @example {count: 5, window: '15m', countWhen: [401]}   // five failures
 */
export type LimitRule<State = DefaultState> =
	| readonly [count: number, window: Duration]
	| {
			/** 1 to 1,000,000; at most 10,000 with `countWhen`. */
			readonly count: number;
			/** Seconds, or text such as `'1m'`; at most 45 days. */
			readonly window: Duration;
			/**
			 * Printable ASCII, at most 100 characters, which clients see. Rules with the same name and equal numbers
			 * share a counter, whatever they cost.
			 *
			 * @default 'global', 'global-2', … or 'specific', 'specific-2', …, in the order of creation
			 */
			readonly name?: string;
			/**
			 * How many requests this one counts for.
			 *
			 * @default 1
			 */
			readonly cost?: Cost<State>;
			/**
			 * Which responses count. A request takes a place before the handler runs, so that no other can slip in, and
			 * gives it back afterwards unless it counts.
			 *
			 * @default all
			 */
			readonly countWhen?: CountWhen<State>;
	  };

/**
 * How many requests this one counts for: a whole number from 0 to the rule's `count`, at most 1,000; or a function
 * that returns one at once, no promise. A request whose cost is above `count` is refused. What the function throws,
 * and any other value, are an error of that request, which then counts nothing.
 *
 * To charge a route, put the cost on its `specific`: `ctx.path` has spellings that a router takes for the same route.
 */
export type Cost<State = DefaultState> = number | ((ctx: ContextOf<State>) => number);

/**
 * Which responses count: a list of statuses, or a function that returns true or false at once, no promise. `status`
 * is what Koa sends, also for an error that has a status. In doubt a request counts: if the function throws, if an
 * error has no status, or if Koa does not send the response.
 */
export type CountWhen<State = DefaultState> =
	| readonly number[]
	| ((ctx: ContextOf<State>, status: number) => boolean);

/** One rule or a list of rules. A request must fit under every rule. */
export type LimitRules<State = DefaultState> = LimitRule<State> | ReadonlyArray<LimitRule<State>>;

/**
 * Rules, or a function that returns the rules for a request. `undefined` or `[]` is no limit. The function runs
 * once for a request at each gate; what it throws, and bad rules, are an error of that request. Rules that it
 * returns again and again are checked once, and must not be changed.
 *
 * @example ctx => (ctx.state.user?.isPaying ? [1000, '1m'] : [60, '1m'])
 */
export type LimitRulesFor<State = DefaultState> =
	| LimitRules<State>
	| ((
			ctx: ContextOf<State>,
	  ) =>
			| LimitRules<State>
			| readonly []
			| undefined
			| Promise<LimitRules<State> | readonly [] | undefined>);

/**
 * Reads limit rules, or a function that returns them.
 *
 * @throws {TypeError} naming the option
 */
export function settleLimits(given: unknown, reading: RuleReading): LimitSource {
	if (typeof given !== 'function') {
		return readLimits(given, reading);
	}

	const known = new WeakMap<object, Limits>();
	const option = `${reading.option}()`;
	const base = reading.nextName(0);
	// A function may return new rules for each request.
	const warn = warner();
	const fix = rulesFixer();

	return ctx =>
		andThen(given(ctx), (returned: unknown) => {
			if (returned === undefined || (Array.isArray(returned) && returned.length === 0)) {
				return noLimits;
			}

			const before = isObject(returned) ? known.get(returned) : undefined;
			const limits = before
				? fix(before)
				: readLimits(returned, {option, nextName: numberedNames(base), warn, isFixed: false});
			if (limits !== before) {
				known.set(returned as object, limits);
			}

			return limits;
		});
}

/** Names unnamed rules by their index: no other series has such a name. */
function numberedNames(base: string): NextName {
	return index => (index === 0 ? base : `${base}.${index + 1}`);
}

function readLimits(given: unknown, reading: RuleReading): Limits {
	const {option} = reading;
	const isList = Array.isArray(given) && (given.length === 0 || typeof given[0] === 'object');
	if (!isList) {
		return combined([readLimit(given, reading)]);
	}

	if (given.length === 0) {
		throw badOption(option, 'a rule or a list of at least one rule', given);
	}

	// A hole in the list is an entry too, and a bad one.
	const limits = Array.from(given, (rule, index) =>
		readLimit(rule, {...reading, option: `${option}[${index}]`}, index),
	);
	const names = limits.map(({rule}) => rule.name);
	const repeated = names.find((name, index) => names.indexOf(name) !== index);
	if (repeated !== undefined) {
		throw new TypeError(`\`${option}\` must give each rule its own name, got '${repeated}' twice`);
	}

	return combined(limits);
}

type ReadLimit = ReturnType<typeof readLimit>;

function readLimit(given: unknown, reading: RuleReading, index = 0) {
	const {option} = reading;
	const fields = ruleFields(given, ['count', 'window'], ['name', 'cost', 'countWhen'], option);
	const rule: Rule = settleRule(fields, reading, index);

	return {
		rule,
		isUnnamed: fields.name === undefined,
		cost: settleCost(fields.cost, rule, `${option}.cost`),
		countWhen: settleCountWhen(fields.countWhen, rule, `${option}.countWhen`),
	};
}

function combined(limits: readonly ReadLimit[]): Limits {
	return {
		rules: limits.map(({rule}) => rule),
		...(limits.some(({cost}) => cost !== 1) && {costs: limits.map(({cost}) => cost)}),
		...(limits.some(({countWhen}) => countWhen) && {
			countWhen: new Map(
				limits.flatMap(({rule, countWhen}) => (countWhen ? [[rule, countWhen]] : [])),
			),
		}),
		...(limits.some(({isUnnamed}) => isUnnamed) && {hasUnnamed: true}),
	};
}

function isObject(given: unknown): given is object {
	return typeof given === 'object' && given !== null;
}
