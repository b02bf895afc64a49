import type {Context, Middleware} from 'koa';
import {isCovered} from '../marks/coverage.ts';
import {type Mark, setMark} from '../marks/mark.ts';
import {hasPlainTarget} from '../marks/routed-path.ts';
import {type RequestState, requireState} from '../request-state.ts';
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
		const {enforcing, dryRuns} = requireState(ctx, 'bypass');
		if (!isCovered(ctx)) {
			return next();
		}

		prove(ctx, mark);
		if (enforcing) {
			noteBypass(ctx, enforcing, mark);
		}

		for (const dryRun of dryRuns) {
			noteBypass(ctx, dryRun, mark);
		}

		return next();
	}, mark);
}

/** A `router.use('/public', bypass())` also runs for `/public/../expensive`, which no gate foresees. */
function noteBypass(ctx: Context, state: RequestState, mark: Mark): void {
	if (state.isRefused) {
		return;
	}

	const {outcome, mark: foreseen} = state.foresight ?? {};
	state.bypassHasRun ||= (outcome === 'proven' && foreseen === mark) || hasPlainTarget(ctx);
	if (state.bypassHasRun) {
		state.speakFrom(state);
	}
}
