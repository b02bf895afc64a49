import type {Context, Middleware} from 'koa';
import {describe} from '../checks/describe.ts';
import type {Settings} from '../options/settings.ts';
import {ctxReport} from '../reports/ctx-report.ts';
import {currentState, type RequestState} from '../request-state.ts';
import {statusOfError} from '../response/error-status.ts';

/** Reports the client where `reportWhen` says so of the response. */
export function reportStatus({reportWhen}: Settings): Middleware | undefined {
	if (reportWhen === undefined) {
		return undefined;
	}

	const weigh = typeof reportWhen === 'function' ? reportWhen : inList(reportWhen);

	return async function reportStatus(ctx, next) {
		let status: number | undefined;
		try {
			await next();
		} catch (error) {
			status = statusOfError(error);
			throw error;
		} finally {
			if (mayReport(currentState(ctx))) {
				report(ctx, status ?? ctx.status, weigh);
			}
		}
	};
}

type Weigh = (ctx: Context, status: number) => unknown;

function inList(statuses: readonly number[]): Weigh {
	const listed = new Set(statuses);
	return (_ctx, status) => listed.has(status);
}

/** Whether the request was let in or got its own 429, and nothing has spoken for it. */
function mayReport(state: RequestState): boolean {
	const {verdict, isAdmitted, isLimitedByKey, hasReported} = state;
	const isJudged =
		(verdict.kind === 'admitted' && isAdmitted) || (verdict.kind === 'limited' && !isLimitedByKey);

	return isJudged && !hasReported && !state.skipsRules && state.exemption !== 'bypass';
}

function report(ctx: Context, status: number, weigh: Weigh): void {
	try {
		const weight = weightOf(weigh(ctx, status));
		if (weight > 0) {
			ctxReport(currentState(ctx), {weight, reason: `HTTP ${status}`});
		}
	} catch (error) {
		ctx.app.emit('error', error, ctx);
	}
}

/** @throws {TypeError} for anything but a boolean, a weight or nothing */
function weightOf(given: unknown): number {
	if (given === undefined || typeof given === 'boolean') {
		return given ? 1 : 0;
	}

	if (Number.isSafeInteger(given) && Number(given) >= 0) {
		return Number(given);
	}

	throw new TypeError(
		`\`reportWhen\` must return true, false or a weight above 0, got ${describe(given)}`,
	);
}
