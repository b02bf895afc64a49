import type {Middleware} from 'koa';
import {noteCreation} from '../creation.ts';
import type {Settings} from '../options/settings.ts';
import {innermostState} from '../request-state.ts';
import {warnOnce} from '../warnings.ts';

/** Skips the chain for a request that is already inside this gate, so that it is counted once. */
export function oncePerRequest(chain: Middleware, settings: Settings): Middleware {
	const creation = noteCreation();

	return function gatekeeper(ctx, next) {
		if (creation.isNow) {
			warnOnce('GATEKEEPER_MADE_PER_REQUEST', 'A gatekeeper()');
		}

		for (let state = innermostState(ctx); state; state = state.outer) {
			if (state.settings === settings && !state.isOver) {
				return next();
			}
		}

		return chain(ctx, next);
	};
}
