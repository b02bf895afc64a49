import type {Middleware} from 'koa';
import {currentState} from '../request-state.ts';
import {refuse} from '../response/refuse.ts';

/** Refuses a client with 429 where a global rule is full. All others are admitted. */
export function globalLimit(): Middleware {
	return function globalLimit(ctx, next) {
		const state = currentState(ctx);
		const {verdict} = state;

		if (verdict.kind === 'limited') {
			return refuse(ctx, state, verdict);
		}

		state.decide(true);
		return next();
	};
}
