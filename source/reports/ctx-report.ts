import type {Context} from 'koa';
import {namedOptions} from '../checks/option-checks.ts';
import {namedClient} from '../client/client-name.ts';
import type {ReportOptions, Standing} from '../context.ts';
import {noteBan} from '../marks/distrust.ts';
import type {RequestState} from '../request-state.ts';
import {checkReport, countReport} from './count-report.ts';
import {immunityOf, immunityOfRequest} from './immunity.ts';
import {neverUnhandled} from './never-unhandled.ts';
import {reasonGiven} from './reason-given.ts';

/**
 * `ctx.report()` of one request. A handler need not await it: it counts at once if the store can, and its
 * promise is never an unhandled rejection. A warning reports bad options.
 *
 * @param innermost the gate nearest to the handler, if that is another one: code between two gates may have passed
 *   its `ctx.report` on
 */
export function ctxReport(
	ctx: Context,
	state: RequestState,
	options: ReportOptions = {},
	innermost: RequestState = state,
): Promise<Standing> {
	state.speakFrom(innermost);

	return neverUnhandled(report(ctx, state, options), cause =>
		state.settings.warn('GATEKEEPER_BAD_REPORT', `not counted: ${cause}`),
	);
}

async function report(
	ctx: Context,
	state: RequestState,
	options: ReportOptions,
): Promise<Standing> {
	// An error is what `promise.catch(ctx.report)` passes.
	const given = options instanceof Error ? {} : options;
	const {client, reason, weight} = namedOptions(given, ['client', 'weight', 'reason'], 'report()');
	const {settings} = state;
	const checked = checkReport({
		weight,
		...reasonGiven(reason, problem => settings.warn('GATEKEEPER_BAD_REPORT', `counted ${problem}`)),
	});
	const named = client === undefined ? undefined : namedClient(client, settings);
	const immune = named ? immunityOf(named, settings) : immunityOfRequest(state);
	if (immune !== undefined) {
		return {reports: 0, banned: false, immune};
	}

	if (settings.banRule === undefined && hasOuterBanRule(state)) {
		settings.warn('GATEKEEPER_NO_BAN_RULE', 'the gate nearest to the handler has');
	}

	const reported = named?.client ?? state.client;
	const counting = countReport(settings.store, settings, reported, checked, ctx);
	state.waitFor(counting);
	const standing = await counting;
	if (standing.banned && reported === state.client) {
		noteBan(state, 1000 * (standing.retryAfter ?? 0));
	}

	return standing;
}

/** Whether a gate before this one could have counted the report. */
function hasOuterBanRule({outer}: RequestState): boolean {
	return outer !== undefined && (outer.settings.banRule !== undefined || hasOuterBanRule(outer));
}
