import type {DefaultState, Middleware} from 'koa';
import {typeName} from '../checks/describe.ts';
import {check, isBoolean, isFunction, namedOptions, optional} from '../checks/option-checks.ts';
import {noteCreation} from '../creation.ts';
import {isCovered} from '../marks/coverage.ts';
import {type Mark, setMark} from '../marks/mark.ts';
import {findPlacement, routersRunning} from '../marks/placement.ts';
import {type LimitRulesFor, settleLimits} from '../options/limit-rules.ts';
import {nameSeries} from '../options/name-series.ts';
import type {KeyOf} from '../options/options.ts';
import {processWide} from '../process-wide.ts';
import {requireState} from '../request-state.ts';
import {warnEachTime} from '../warnings.ts';
import {limitRoute} from './limit-route.ts';
import {prove} from './prove.ts';

export interface SpecificOptions<State = DefaultState> {
	/**
	 * Whether these rules alone limit the route: the global rules neither count nor refuse its requests. Bans
	 * still apply.
	 *
	 * @default false
	 */
	readonly standalone?: boolean;
	/**
	 * Returns what is counted in place of the client, such as the account of a login attempt. It is only
	 * limited: a report and a ban always concern the client. `reset({specificKey: …})` resets its count.
	 *
	 * @default the client, also where it returns undefined or `''`
	 *
	 * @example
	 * specific([20, '1h'], {key: ctx => ctx.get('X-Account').toLowerCase()})
	 */
	readonly key?: KeyOf<State>;
}

const nextName = processWide('specificNames', () => nameSeries('specific'));

/**
 * Limits the routes behind it by rules of their own, which are asked after the global ones.
 *
 * One call on several routes is one shared counter. Two calls are two counters, even with equal rules,
 * unless both rules have the same `name`. A request that meets one call twice is counted once, for example
 * by `router.use` and on its route.
 *
 * @throws {TypeError} for bad rules or options
 *
 * @example
 * router.post('/login', specific([5, '1m']), login);
 * router.get('/search', specific([[2, 1], [20, 60]], {standalone: true}), search);
 */
export function specific<State = DefaultState>(
	rule: LimitRulesFor<State>,
	options: SpecificOptions<State> = {},
): Middleware {
	refuseMisuse(rule, options);
	const names = ['standalone', 'key'] as const;
	const {standalone = false, key} = namedOptions(options, names, 'specific()', {
		example: '{standalone: true}',
	});
	check(isBoolean, standalone, 'standalone', 'true or false');
	check(optional(isFunction<KeyOf>), key, 'key', 'a function of ctx', typeName);

	const limits = settleLimits(rule, {option: 'rule', nextName, warn: warnEachTime, isFixed: true});
	const limit = limitRoute(limits, key);
	const creation = noteCreation();
	const placementIn = findPlacement(one => one === middleware);
	const mark: Mark | undefined = standalone ? {kind: 'standalone'} : undefined;

	const middleware: Middleware = function specific(ctx, next) {
		const state = requireState(ctx, 'specific');
		if (creation.isNow) {
			state.shown.settings.warn('GATEKEEPER_MADE_PER_REQUEST', 'A specific()');
		}

		for (const {stack} of routersRunning(ctx, placementIn)) {
			const path = placementIn(stack)?.oneCasePath;
			if (path !== undefined) {
				state.shown.settings.warn('GATEKEEPER_LETTER_CASE', 'A specific()', path);
			}
		}

		if (mark && isCovered(ctx)) {
			prove(ctx, mark);
		}

		return limit(ctx, next, state);
	};

	return mark ? setMark(middleware, mark) : middleware;
}

/** Mistakes whose errors would lead astray. */
function refuseMisuse(rule: unknown, options: unknown): void {
	if (typeof rule === 'number') {
		throw new TypeError(`Write specific([${rule}, ${String(options)}]): a rule is a list`);
	}

	if (typeof rule === 'object' && rule !== null && 'req' in rule && 'res' in rule) {
		throw new TypeError('Write specific([count, window]), not specific, on the route');
	}
}
