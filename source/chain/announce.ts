import type {Middleware} from 'koa';
import type {Settings} from '../settings.ts';
import {currentPassage} from './passage.ts';
import {announceQuotas, policyField} from './ratelimit-fields.ts';

/** Tells the client how it stands under the global rules. */
export function announce({rules}: Settings): Middleware {
	const policy = policyField(rules);

	return function announce(ctx, next) {
		const passage = currentPassage(ctx);
		announceQuotas(ctx, passage, policy, passage.verdict);

		return next();
	};
}
