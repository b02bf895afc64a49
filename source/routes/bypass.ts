import type {Middleware} from 'koa';
import {type Mark, setMark} from '../marks/foresee.ts';
import {prove} from '../marks/foresight.ts';
import {hasDotSegment} from '../marks/routed-path.ts';
import {requirePassage} from '../request-state.ts';

/**
 * No rule applies to a route behind this, bans included; `ctx.report()` still works there. Put it
 * before any `specific` of its route and of `router.use`: one that stands before it has counted by then.
 *
 * @example
 * router.get('/health', bypass(), ctx => {
 * 	ctx.body = 'ok';
 * });
 */
export function bypass(...nothing: []): Middleware {
	if (nothing.length > 0) {
		throw new TypeError('bypass() takes no arguments: write bypass(), not bypass, on the route');
	}

	const mark: Mark = {kind: 'bypass'};

	return setMark(function bypass(ctx, next) {
		const passage = requirePassage(ctx, 'bypass');
		// A `router.use('/public', bypass())` runs for `/public/../expensive`, too.
		passage.bypassHasRun ||= !hasDotSegment(ctx);
		prove(ctx, mark);

		return next();
	}, mark);
}
