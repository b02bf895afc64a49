import type {Middleware} from 'koa';
import {currentPassage} from './passage.ts';
import {refuse} from './refuse.ts';

/** Refuses with 429 a client for whom a global rule is full. */
export function globalLimit(): Middleware {
	return function globalLimit(ctx, next) {
		const passage = currentPassage(ctx);
		const {verdict} = passage;

		return verdict.kind === 'limited' ? refuse(ctx, passage, verdict) : next();
	};
}
