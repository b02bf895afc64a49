import type {Middleware} from 'koa';
import type {Settings} from '../options/settings.ts';
import {ctxReport} from '../reports/ctx-report.ts';
import {findState, RequestState, setState} from '../request-state.ts';
import {keepHeadersOnError} from '../response/headers-on-error.ts';

/**
 * Gives the request its state and `ctx.report()`. When downstream is done, waits for the reports in flight, so
 * that a ban is in force before the response is sent. Then restores the outer gate's state.
 */
export function attach(settings: Settings): Middleware {
	return async function attach(ctx, next) {
		const outer = findState(ctx);
		const state = new RequestState(settings, outer);
		setState(ctx, state);
		const outerReport = ctx.report;
		// One function for each request, so that `const {report} = ctx` works.
		ctx.report = options => ctxReport(state, options);

		try {
			await next();
		} catch (error) {
			keepHeadersOnError(ctx, state);
			throw error;
		} finally {
			if (state.reports.size > 0) {
				await Promise.allSettled(state.reports);
			}

			state.isOver = true;
			if (outer) {
				setState(ctx, outer);
				ctx.report = outerReport;
			}
		}
	};
}
