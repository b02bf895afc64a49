import type {Context} from 'koa';
import type {Standing} from '../context.ts';
import type {Settings} from '../options/settings.ts';
import {ctxBan} from '../reports/ctx-ban.ts';
import {ctxReport} from '../reports/ctx-report.ts';
import {innermostState, RequestState, setState} from '../request-state.ts';

/** Gives a request its state at a gate, `ctx.report()` and `ctx.ban()`. */
export function enterGate(ctx: Context, settings: Settings): RequestState {
	const state = new RequestState(settings, innermostState(ctx));
	setState(ctx, state);
	// One function for each request, so that `const {report} = ctx` works.
	ctx.report = options => standingAt(ctx, state, ctxReport, options);
	ctx.ban = options => standingAt(ctx, state, ctxBan, options);

	return state;
}

/** What a handler does to the client of its request. */
type Act<Options> = (
	ctx: Context,
	state: RequestState,
	options?: Options,
	innermost?: RequestState,
) => Promise<Standing>;

/** How the client stands after a report or a ban, which has no effect at a dry run that would have refused it. */
function standingAt<Options>(
	ctx: Context,
	state: RequestState,
	act: Act<Options>,
	options: Options | undefined,
): Promise<Standing> {
	const innermost = innermostState(ctx);
	const {dryRuns, isAdmitted, settings} = state;
	// Before a dry run has decided, only functions among its own options can ask: the gate in force has its own.
	if (dryRuns.length === 0 || (settings.dryRun && isAdmitted === undefined)) {
		return act(ctx, state, options, innermost);
	}

	return state.atAllGates(one =>
		one.isRefused ? Promise.resolve(noEffect) : act(ctx, one, options, innermost),
	);
}

const noEffect: Standing = {reports: 0, banned: false};
