import type {Middleware} from 'koa';
import type {Settings} from '../settings.ts';
import {currentPassage} from './passage.ts';
import {policyField, setRateLimitFields} from './ratelimit-fields.ts';

/** Tells the client how it stands under the global rules. */
export function announce({rules}: Settings): Middleware {
	const policy = policyField(rules);

	return function announce(ctx, next) {
		const passage = currentPassage(ctx);
		const {verdict} = passage;
		if ('quotas' in verdict && verdict.quotas.length > 0) {
			passage.policy = policy;
			passage.quotas = verdict.quotas;
			setRateLimitFields(ctx, passage);
		}

		return next();
	};
}
