import type {Middleware} from 'koa';
import {currentState} from '../request-state.ts';
import {refuse} from '../response/refuse.ts';

/** Refuses banned clients with 403, and every client with 503 where a failing store closes the gate. */
export function banGate(): Middleware {
	return function banGate(ctx, next) {
		const state = currentState(ctx);
		const {verdict} = state;

		return verdict.kind === 'banned' || verdict.kind === 'unavailable'
			? refuse(ctx, state, verdict)
			: next();
	};
}
