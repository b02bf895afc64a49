import type {Middleware} from 'koa';
import {typeName} from '../checks/describe.ts';
import {check, isBoolean, isFunction, namedOptions, optional} from '../checks/option-checks.ts';
import {userKey} from '../client/user-key.ts';
import {noteCreation} from '../creation.ts';
import {type Mark, setMark} from '../marks/mark.ts';
import {andThen} from '../maybe-promise.ts';
import type {KeyOf} from '../options/options.ts';
import {type LimitRules, nameSeries, settleLimitRules} from '../options/rules.ts';
import {processWide} from '../process-wide.ts';
import {decidedBefore, type RequestState, requireState} from '../request-state.ts';
import {RateLimitFields} from '../response/ratelimit-fields.ts';
import {refuse} from '../response/refuse.ts';
import type {AdmitOptions} from '../stores/store.ts';
import {prove} from './prove.ts';

export interface SpecificOptions {
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
	 * specific([20, '1h'], {key: ctx => ctx.request.body.account?.toLowerCase()})
	 */
	readonly key?: KeyOf;
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
export function specific(rule: LimitRules, options: SpecificOptions = {}): Middleware {
	refuseMisuse(rule, options);
	const names = ['standalone', 'key'] as const;
	const {standalone = false, key} = namedOptions(options, names, 'specific()', {
		example: '{standalone: true}',
	});
	check(isBoolean, standalone, 'standalone', 'true or false');
	check(optional(isFunction<KeyOf>), key, 'key', 'a function of ctx', typeName);

	let hasUnnamed = false;
	const rules = settleLimitRules(rule, 'rule', () => {
		hasUnnamed = true;
		return nextName();
	});
	const fields = new RateLimitFields(rules);
	const creation = noteCreation();
	const mark: Mark | undefined = standalone ? {kind: 'standalone'} : undefined;

	const middleware: Middleware = function specific(ctx, next) {
		const state = requireState(ctx, 'specific');
		const {settings} = state;
		if (creation.isNow) {
			settings.warn('GATEKEEPER_MADE_PER_REQUEST', 'A specific()');
		}

		if (hasUnnamed && settings.store.shared) {
			settings.warn('GATEKEEPER_UNNAMED_RULE', fields.policy);
		}

		if (mark) {
			prove(ctx, mark);
		}

		if (state.skipsRules) {
			return next();
		}

		return andThen(key?.(ctx), given => {
			const {counted, admitOptions} = whatCounts(given, state);
			const before = decidedBefore(state, rules, counted);
			const verdict = before ?? settings.store.admit(counted, rules, admitOptions);

			return andThen(verdict, decided => {
				if (before === undefined) {
					state.decided = [...state.decided, {rules, client: counted, verdict: decided}];
					fields.set(ctx, state, decided);
				}

				if (decided.kind === 'admitted') {
					return next();
				}

				state.isLimitedByKey = counted !== state.client;
				return refuse(ctx, state, decided);
			});
		});
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

/** The client, or what the user's `key` returned in its place. */
function whatCounts(
	given: unknown,
	{client, immune, settings}: RequestState,
): {counted: string; admitOptions: AdmitOptions} {
	const counted = userKey('specific-key', given, settings);

	return counted === undefined
		? {counted: client, admitOptions: {immune}}
		: // No ban is meant for what is counted here, though a hashed key could be banned manually.
			{counted, admitOptions: {immune: true, requester: client}};
}
