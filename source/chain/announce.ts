import type {Middleware} from 'koa';
import type {Settings} from '../options/settings.ts';
import {currentPassage} from '../request-state.ts';
import {announceQuotas, policyField} from '../response/ratelimit-fields.ts';

/** Tells the client how it stands under the global rules, unless nobody is to be told. */
export function announce({headers, rules}: Settings): Middleware | undefined {
	if (headers === false) {
		return undefined;
	}

	const policy = policyField(rules);

	return function announce(ctx, next) {
		const passage = currentPassage(ctx);
		announceQuotas(ctx, passage, policy, passage.verdict);

		return next();
	};
}
