import type {Middleware} from 'koa';
import {currentPassage} from '../request-state.ts';
import {refuse} from '../response/refuse.ts';

/** Refuses the banned with 403, and everybody with 503 where a failing store closes the gate. */
export function banGate(): Middleware {
	return function banGate(ctx, next) {
		const passage = currentPassage(ctx);
		const {verdict} = passage;

		return verdict.kind === 'banned' || verdict.kind === 'unavailable'
			? refuse(ctx, passage, verdict)
			: next();
	};
}
