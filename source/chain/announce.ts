import type {Middleware} from 'koa';
import type {Settings} from '../settings.ts';
import {announceQuotas, policyField} from './answer/ratelimit-fields.ts';
import {currentPassage} from './passage.ts';

/** Tells the client how it stands under the global rules. */
export function announce({rules}: Settings): Middleware {
	const policy = policyField(rules);

	return function announce(ctx, next) {
		const passage = currentPassage(ctx);
		announceQuotas(ctx, passage, policy, passage.verdict);

		return next();
	};
}
