import type {Middleware} from 'koa';
import type {Settings} from '../options/settings.ts';
import {currentState} from '../request-state.ts';
import {fieldsFor} from '../response/ratelimit-fields.ts';

/** Tells the client its quota under the global rules, unless `headers` is false. */
export function announce({headers, limits}: Settings): Middleware | undefined {
	if (headers === false) {
		return undefined;
	}

	const fixed = typeof limits === 'function' ? undefined : fieldsFor(limits.rules);

	return function announce(ctx, next) {
		const state = currentState(ctx);
		const fields = fixed ?? fieldsFor(state.limits.rules);
		fields.set(ctx, state, state.verdict);

		return next();
	};
}
