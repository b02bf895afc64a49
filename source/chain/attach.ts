import type {Middleware} from 'koa';
import type {Settings} from '../options/settings.ts';
import {report} from '../reports/ctx-report.ts';
import {findPassage, Passage} from '../request-state.ts';
import {keepHeadersOnError} from '../response/headers-on-error.ts';

/**
 * Gives the request its state and `ctx.report()`. Once the rest has run, waits for the reports in
 * flight, so that a ban is in force before the answer is sent, and gives the context back to the gate
 * before this one.
 */
export function attach(settings: Settings): Middleware {
	return async function attach(ctx, next) {
		const outer = findPassage(ctx);
		const passage = new Passage(settings, outer);
		ctx.state.gatekeeper = passage;
		const outerReport = outer && ctx.report;
		// Of its own for each request, so that it works without `ctx` in front, too.
		ctx.report = options => report(passage, options);

		try {
			await next();
		} catch (error) {
			keepHeadersOnError(ctx, passage);
			throw error;
		} finally {
			if (passage.reports.length > 0) {
				await Promise.allSettled(passage.reports);
			}

			passage.isOver = true;
			if (outer && outerReport) {
				ctx.state.gatekeeper = outer;
				ctx.report = outerReport;
			}
		}
	};
}
