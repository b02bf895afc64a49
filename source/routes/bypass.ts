import type {Middleware} from 'koa';
import {type Mark, setMark} from '../marks/mark.ts';
import {hasPlainTarget} from '../marks/routed-path.ts';
import {requireState} from '../request-state.ts';
import {prove} from './prove.ts';

/**
 * Exempts a route from every rule, bans included; `ctx.report()` still works there. Put it before any
 * `specific` of the route and of `router.use`: a `specific` before it has counted the request already.
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
		const state = requireState(ctx, 'bypass');
		prove(ctx, mark);
		// A `router.use('/public', bypass())` also runs for `/public/../expensive`, which no gate foresees.
		const {outcome, mark: foreseen} = state.foresight ?? {};
		state.bypassHasRun ||= (outcome === 'proven' && foreseen === mark) || hasPlainTarget(ctx);

		return next();
	}, mark);
}
