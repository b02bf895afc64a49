import type {Middleware} from 'koa';
import type {Standing} from '../context.ts';
import {giveBack} from '../limits/give-back.ts';
import type {Settings} from '../options/settings.ts';
import {ctxBan} from '../reports/ctx-ban.ts';
import {ctxReport} from '../reports/ctx-report.ts';
import {innermostState, RequestState, restoreState, setState} from '../request-state.ts';
import {keepHeadersOnError} from '../response/headers-on-error.ts';
import {type Failure, statusToSend} from '../response/status-to-send.ts';

/**
 * Gives the request its state, `ctx.report()` and `ctx.ban()`. When downstream is done, gives back what
 * `countWhen` does not count, and waits for the reports in flight, so that a ban is in force before the response is
 * sent. Then restores the outer gate's state.
 */
export function attach(settings: Settings): Middleware {
	return async function attach(ctx, next) {
		const outer = innermostState(ctx);
		const state = new RequestState(settings, outer);
		setState(ctx, state);
		const before = outer && {report: ctx.report, ban: ctx.ban};
		// One function for each request, so that `const {report} = ctx` works.
		ctx.report = options => standingAt(state, ctxReport, options, innermostState(ctx));
		ctx.ban = options => standingAt(state, ctxBan, options, innermostState(ctx));
		let failure: Failure | undefined;

		try {
			await next();
		} catch (error) {
			failure = {error};
			if (!settings.dryRun) {
				keepHeadersOnError(ctx, state);
			}

			throw error;
		} finally {
			if (state.places.length > 0) {
				giveBack(ctx, state, statusToSend(ctx, failure));
			}

			if (state.unsettled.size > 0) {
				await Promise.allSettled(state.unsettled);
			}

			state.isOver = true;
			if (outer) {
				restoreState(ctx, outer);
				Object.assign(ctx, before);
			}
		}
	};
}

/** How the client stands after a report or a ban, which has no effect at a dry run that would have refused it. */
function standingAt<Options>(
	state: RequestState,
	act: (state: RequestState, options?: Options, innermost?: RequestState) => Promise<Standing>,
	options: Options | undefined,
	innermost: RequestState | undefined,
): Promise<Standing> {
	const {dryRuns, isAdmitted, settings} = state;
	// Before a dry run has decided, only functions among its own options can ask: the gate in force has its own.
	if (dryRuns.length === 0 || (settings.dryRun && isAdmitted === undefined)) {
		return act(state, options, innermost);
	}

	return state.atAllGates(one =>
		one.isRefused ? Promise.resolve(noEffect) : act(one, options, innermost),
	);
}

const noEffect: Standing = {reports: 0, banned: false};
