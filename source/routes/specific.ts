import type {Middleware} from 'koa';
import {check, isBoolean, isFunction, namedOptions, optional} from '../checks/option-checks.ts';
import {keyFor} from '../client/user-key.ts';
import {type Mark, setMark} from '../marks/foresee.ts';
import {prove} from '../marks/foresight.ts';
import {whenAnswered} from '../maybe-promise.ts';
import type {KeyOf} from '../options/options.ts';
import {type LimitRules, nameSeries, settleLimitRules} from '../options/rules.ts';
import type {Settings} from '../options/settings.ts';
import {requirePassage, toldBefore} from '../request-state.ts';
import {announceQuotas, policyField} from '../response/ratelimit-fields.ts';
import {refuse} from '../response/refuse.ts';
import type {GuardedVerdict} from '../stores/guard/questions.ts';
import type {AdmitOptions} from '../stores/store.ts';

export interface SpecificOptions {
	/**
	 * These rules alone limit the route: the global ones neither count nor refuse its requests. Bans
	 * hold all the same.
	 *
	 * @default false
	 */
	readonly standalone?: boolean;
	/**
	 * What is counted in place of the client: the account that is tried, say, from wherever. It is only
	 * limited; a report and a ban are always the client's. Reset it with `reset({specificKey: …})`.
	 *
	 * @default the client, also where it answers undefined or `''`
	 *
	 * @example
	 * specific([20, '1h'], {key: ctx => ctx.request.body.account?.toLowerCase()})
	 */
	readonly key?: KeyOf;
}

const nextName = nameSeries('specific');

/**
 * Limits the routes behind it by rules of their own, asked after the global ones. One call on several
 * routes is one shared counter; two calls are two, even with equal rules, unless both give one `name`.
 * A request that meets one call twice, by `router.use` and on its route say, is counted once.
 *
 * @throws {TypeError} for bad rules or options
 *
 * @example
 * router.post('/login', specific([5, '1m']), login);
 * router.get('/search', specific([[2, 1], [20, 60]], {standalone: true}), search);
 */
export function specific(rule: LimitRules, options: SpecificOptions = {}): Middleware {
	const {standalone = false, key} = namedOptions(options, ['standalone', 'key'], 'specific()');
	check(isBoolean, standalone, 'standalone', 'true or false');
	check(optional(isFunction<KeyOf>), key, 'key', 'a function of ctx');

	let hasUnnamed = false;
	const rules = settleLimitRules(rule, 'rule', () => {
		hasUnnamed = true;
		return nextName();
	});
	const policy = policyField(rules);
	const mark: Mark | undefined = standalone ? {kind: 'standalone'} : undefined;

	const middleware: Middleware = function specific(ctx, next) {
		const passage = requirePassage(ctx, 'specific');
		const {client, namesNobody, settings} = passage;
		if (hasUnnamed && settings.guarded.shared) {
			warnUnnamed(settings, policy);
		}

		if (mark) {
			prove(ctx, mark);
		}

		if (passage.isPastRules) {
			return next();
		}

		const goOn = (verdict: GuardedVerdict) =>
			verdict.kind === 'admitted' ? next() : refuse(ctx, passage, verdict);

		const ask = (whom: string, exception: AdmitOptions) => {
			const told = toldBefore(passage, rules, whom);
			if (told) {
				return goOn(told);
			}

			return whenAnswered(settings.guarded.admit(whom, rules, exception), verdict => {
				passage.asked = [...passage.asked, {by: rules, whom, verdict}];
				announceQuotas(ctx, passage, policy, verdict);
				return goOn(verdict);
			});
		};

		return key === undefined
			? ask(client, {immune: namesNobody})
			: whenAnswered(key(ctx), given => {
					const named = keyFor('specific-key', given, settings);
					// No ban is meant for what is counted here: a hashed key could be banned by hand.
					return named === undefined
						? ask(client, {immune: namesNobody})
						: ask(named, {immune: true, requester: client});
				});
	};

	return mark ? setMark(middleware, mark) : middleware;
}

function warnUnnamed({warn}: Settings, policy: string): void {
	warn(
		'GATEKEEPER_UNNAMED_RULE',
		() =>
			`specific() has an unnamed rule on a store that processes share (${policy}): its name follows from the order of creation, which two versions of an app need not agree on. Name it: {count, window, name}`,
	);
}
