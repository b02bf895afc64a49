import type {Middleware} from 'koa';
import {currentPassage} from '../request-state.ts';
import {refuse} from '../response/refuse.ts';

/** Refuses with 429 a client for whom a global rule is full; all others are in. */
export function globalLimit(): Middleware {
	return function globalLimit(ctx, next) {
		const passage = currentPassage(ctx);
		const {verdict} = passage;

		if (verdict.kind === 'limited') {
			return refuse(ctx, passage, verdict);
		}

		passage.isLetIn = true;
		return next();
	};
}
