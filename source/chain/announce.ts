import type {Middleware} from 'koa';
import type {Settings} from '../options/settings.ts';
import {currentState} from '../request-state.ts';
import {RateLimitFields} from '../response/ratelimit-fields.ts';

/** Tells the client its quota under the global rules, unless `headers` is false. */
export function announce({headers, rules}: Settings): Middleware | undefined {
	if (headers === false) {
		return undefined;
	}

	const fields = new RateLimitFields(rules);

	return function announce(ctx, next) {
		const state = currentState(ctx);
		fields.set(ctx, state, state.verdict);

		return next();
	};
}
