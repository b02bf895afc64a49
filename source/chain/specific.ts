import type {Context, Middleware, Next} from 'koa';
import {badOption, namedOptions} from '../option-checks.ts';
import {type LimitRules, nameSeries, settleLimitRules} from '../rules.ts';
import type {Settings} from '../settings.ts';
import type {Decision} from '../stores/guarded-store.ts';
import {isPromise} from '../stores/in-time.ts';
import {prove} from './exempt.ts';
import {type Passage, passageFor} from './passage.ts';
import {policyField, setRateLimitFields} from './ratelimit-fields.ts';
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
	if (typeof standalone !== 'boolean') {
		throw badOption('standalone', 'true or false', standalone);
	}

	let hasUnnamed = false;
	const rules = settleLimitRules(rule, 'rule', () => {
		hasUnnamed = true;
		return nextName();
	});
	const policy = policyField(rules);
	const mark: Mark | undefined = standalone ? {kind: 'standalone'} : undefined;

	const middleware: Middleware = function specific(ctx, next) {
		const passage = passageFor('specific', ctx);
		const {client, immune, settings} = passage;
		if (hasUnnamed && settings.store.shared) {
			warnUnnamed(settings, policy);
		}

		if (mark) {
			prove(ctx, mark);
		}

		if (passage.isBypassed) {
			return next();
		}

		const decision = settings.guarded.admit(client, rules, {immune});
		return isPromise(decision)
			? decision.then(later => act(ctx, passage, policy, later, next))
			: act(ctx, passage, policy, decision, next);
	};

	return mark ? setMark(middleware, mark) : middleware;
}

/** Adds to what the global rules have announced; a refusal announces the full rules alone. */
function act(
	ctx: Context,
	passage: Passage,
	policy: string,
	decision: Decision,
	next: Next,
): void | Promise<void> {
	if ('quotas' in decision && decision.quotas.length > 0) {
		const isAdmitted = decision.kind === 'admitted';
		passage.policy = passage.policy === '' ? policy : `${passage.policy}, ${policy}`;
		passage.quotas = isAdmitted ? [...passage.quotas, ...decision.quotas] : decision.quotas;
		setRateLimitFields(ctx, passage);
	}

	return decision.kind === 'admitted' ? next() : refuse(ctx, passage, decision);
}

function warnUnnamed({warn}: Settings, policy: string): void {
	warn(
		'GATEKEEPER_UNNAMED_RULE',
		`specific() has an unnamed rule on a store that processes share (${policy}): its name follows from the order of creation, which two versions of an app need not agree on. Name it: {count, window, name}`,
	);
}
