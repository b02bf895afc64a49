import type {Middleware} from 'koa';
import {check, isBoolean, namedOptions} from '../option-checks.ts';
import {type LimitRules, nameSeries, settleLimitRules} from '../rules.ts';
import type {Settings} from '../settings.ts';
import {whenAnswered} from '../stores/when-answered.ts';
import {prove} from './foresight.ts';
import {requirePassage} from './passage.ts';
import {announceQuotas, policyField} from './ratelimit-fields.ts';
import {refuse} from './refuse.ts';
import {type Mark, setMark} from './route-marks.ts';

export interface SpecificOptions {
	/**
	 * These rules alone limit the route: the global ones neither count nor refuse its requests. Bans
	 * hold all the same.
	 *
	 * @default false
	 */
	readonly standalone?: boolean;
}

const nextName = nameSeries('specific');

/**
 * Limits the routes behind it by rules of their own, asked after the global ones. One call on several
 * routes is one shared counter; two calls are two, even with equal rules, unless both give one `name`.
 *
 * @throws {TypeError} for bad rules or options
 *
 * @example
 * router.post('/login', specific([5, '1m']), login);
 * router.get('/search', specific([[2, 1], [20, 60]], {standalone: true}), search);
 */
export function specific(rule: LimitRules, options: SpecificOptions = {}): Middleware {
	const {standalone = false} = namedOptions(options, ['standalone'], 'specific()');
	check(isBoolean, standalone, 'standalone', 'true or false');

	let hasUnnamed = false;
	const rules = settleLimitRules(rule, 'rule', () => {
		hasUnnamed = true;
		return nextName();
	});
	const policy = policyField(rules);
	const mark: Mark | undefined = standalone ? {kind: 'standalone'} : undefined;

	const middleware: Middleware = function specific(ctx, next) {
		const passage = requirePassage(ctx, 'specific');
		const {client, immune, settings} = passage;
		if (hasUnnamed && settings.store.shared) {
			warnUnnamed(settings, policy);
		}

		if (mark) {
			prove(ctx, mark);
		}

		if (passage.bypassHasRun) {
			return next();
		}

		return whenAnswered(settings.guarded.admit(client, rules, {immune}), verdict => {
			announceQuotas(ctx, passage, policy, verdict);
			return verdict.kind === 'admitted' ? next() : refuse(ctx, passage, verdict);
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
