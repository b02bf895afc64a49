import type {Middleware} from 'koa';
import type {Settings} from '../options/settings.ts';
import {findState} from '../request-state.ts';

/** Skips the chain for a request that is already inside this gate, so that it is counted once. */
export function oncePerRequest(chain: Middleware, settings: Settings): Middleware {
	return function gatekeeper(ctx, next) {
		for (let state = findState(ctx); state; state = state.outer) {
			if (state.settings === settings && !state.isOver) {
				return next();
			}
		}

		return chain(ctx, next);
	};
}
