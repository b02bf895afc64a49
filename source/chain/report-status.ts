import type {Context, Middleware} from 'koa';
import {describe} from '../checks/describe.ts';
import {ignoreRejection} from '../maybe-promise.ts';
import type {Settings} from '../options/settings.ts';
import {ctxReport} from '../reports/ctx-report.ts';
import {currentState, type RequestState} from '../request-state.ts';
import {hasResponse} from '../response/has-response.ts';
import {type Failure, type Outcome, outcomeOf, statusDecided} from '../response/status-to-send.ts';
import {whenClosed} from '../response/when-closed.ts';
import {whenHeadersSent} from '../response/when-headers-sent.ts';
import {emitError} from '../telemetry/emit-error.ts';

/** Reports the client where `reportWhen` says so of the response. */
export function reportStatus({reportWhen}: Settings): Middleware | undefined {
	if (reportWhen === undefined) {
		return undefined;
	}

	const weigh = typeof reportWhen === 'function' ? reportWhen : inList(reportWhen);

	return async function reportStatus(ctx, next) {
		const state = currentState(ctx);
		let failure: Failure | undefined;
		try {
			await next();
		} catch (error) {
			failure = {error};
			throw error;
		} finally {
			judge(ctx, state, failure, weigh);
		}
	};
}

/** Reports a client when the status is known. If there is none, there is nothing to judge. */
function judge(
	ctx: Context,
	state: RequestState,
	failure: Failure | undefined,
	weigh: Weigh,
): void {
	const outcome = outcomeAt(ctx, state, failure);
	if (outcome === 'pending') {
		judgeLater(ctx, state, failure, weigh);
	} else if (outcome !== 'none') {
		report(ctx, state, outcome, weigh);
	}
}

/** Judges when `ctx.res` sends the headers. If it sends none, as where a stream of HTTP/2 does, when the response closes. */
function judgeLater(
	ctx: Context,
	state: RequestState,
	failure: Failure | undefined,
	weigh: Weigh,
): void {
	const stopWaiting = whenClosed(ctx, () => {
		const outcome = outcomeAt(ctx, state, failure);
		if (typeof outcome === 'number') {
			report(ctx, state, outcome, weigh);
		}
	});
	whenHeadersSent(ctx, status => {
		stopWaiting();
		report(ctx, state, status, weigh);
	});
}

/**
 * A dry run would have sent a 429 in place of another response. What nobody waits for is judged by what was decided: a
 * client could guess without a report, by closing the connection.
 */
function outcomeAt(ctx: Context, state: RequestState, failure: Failure | undefined): Outcome {
	const isReplaced = state.settings.dryRun && state.verdict.kind === 'limited';
	if (isReplaced && hasResponse(ctx)) {
		return 429;
	}

	const outcome = outcomeOf(ctx, failure);
	return outcome === 'none' ? (statusDecided(ctx, failure) ?? outcome) : outcome;
}

type Weigh = (ctx: Context, status: number) => unknown;

function inList(statuses: readonly number[]): Weigh {
	const listed = new Set(statuses);
	return (_ctx, status) => listed.has(status);
}

/** Whether the gate let the request in or refused it with a 429, and nothing else has judged it. */
function mayReport(state: RequestState): boolean {
	const {verdict, isAdmitted, isSpokenFor} = state;
	const isJudged = (verdict.kind === 'admitted' && isAdmitted) || verdict.kind === 'limited';

	return isJudged && !isSpokenFor && !state.skipsRules && state.exemption !== 'bypass';
}

function report(ctx: Context, state: RequestState, status: number, weigh: Weigh): void {
	if (!mayReport(state)) {
		return;
	}

	try {
		const weight = weightOf(weigh(ctx, status));
		if (weight > 0) {
			ctxReport(ctx, state, {weight, reason: `HTTP ${status}`});
		}
	} catch (error) {
		emitError(ctx, error);
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

	ignoreRejection(given);
	throw new TypeError(
		`\`reportWhen\` must return true, false or a weight above 0, got ${describe(given)}`,
	);
}
