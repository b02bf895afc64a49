import type {Context, Middleware} from 'koa';
import type {Settings} from '../settings.ts';
import {Passage, passageOf} from './passage.ts';
import {gateHeaders} from './ratelimit-fields.ts';
import {report} from './report.ts';

/**
 * Gives the request its state and `ctx.report()`. Once the rest has run, waits for the reports in
 * flight, so that a ban is in force before the answer is sent, and gives the context back to the gate
 * before this one.
 */
export function attach(settings: Settings): Middleware {
	return async function attach(ctx, next) {
		const outer = passageOf(ctx);
		const passage = new Passage(settings, outer);
		ctx.state.gatekeeper = passage;
		ctx.report = report;

		try {
			await next();
		} catch (error) {
			keepHeadersOnError(ctx, passage);
			throw error;
		} finally {
			if (passage.reports.length > 0) {
				await Promise.allSettled(passage.reports);
			}

			if (outer) {
				ctx.state.gatekeeper = outer;
			}
		}
	};
}

/**
 * Koa answers an error with no headers but the error's own. The gate's are lent to the error while Koa
 * answers and taken back at once: one error object may be thrown to several requests at a time.
 */
function keepHeadersOnError(ctx: Context, passage: Passage): void {
	const answer = ctx.onerror;

	ctx.onerror = (error: Error & {headers?: object}) => {
		if (!(error instanceof Error) || !Object.isExtensible(error)) {
			answer.call(ctx, error);
			return;
		}

		const before = Object.getOwnPropertyDescriptor(error, 'headers');
		Reflect.set(error, 'headers', {...gateHeaders(ctx, passage), ...error.headers});
		try {
			answer.call(ctx, error);
		} finally {
			if (before) {
				Object.defineProperty(error, 'headers', before);
			} else {
				Reflect.deleteProperty(error, 'headers');
			}
		}
	};
}
