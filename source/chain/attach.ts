import type {Middleware} from 'koa';
import {giveBack} from '../limits/give-back.ts';
import type {Settings} from '../options/settings.ts';
import {innermostState, restoreState} from '../request-state.ts';
import {guardBody} from '../response/guard-body.ts';
import {keepHeadersOnError} from '../response/headers-on-error.ts';
import type {Failure} from '../response/status-to-send.ts';
import {countOutcome} from './count-outcome.ts';
import {enterGate} from './enter-gate.ts';

/**
 * Gives the request its state, `ctx.report()` and `ctx.ban()`. When downstream is done, gives back what
 * `countWhen` does not count, and waits for the reports in flight, so that a ban is in force before the response is
 * sent. Then counts what became of the request, and restores the outer gate's state.
 */
export function attach(settings: Settings): Middleware {
	return async function attach(ctx, next) {
		const outer = innermostState(ctx);
		const before = outer && {report: ctx.report, ban: ctx.ban};
		const state = enterGate(ctx, settings);
		guardBody(ctx);
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
				giveBack(ctx, state, failure);
			}

			if (state.unsettled.size > 0) {
				guardBody(ctx);
				await Promise.allSettled(state.unsettled);
			}

			countOutcome(state);
			state.isOver = true;
			if (outer) {
				restoreState(ctx, outer);
			}

			// Those of an outer dry run would not act at this gate; those of this gate act at both.
			if (outer?.enforcing) {
				Object.assign(ctx, before);
			}
		}
	};
}
