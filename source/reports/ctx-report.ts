import {describe, typeName} from '../checks/describe.ts';
import {isText, namedOptions} from '../checks/option-checks.ts';
import {namedClient} from '../client/client-name.ts';
import type {ReportOptions, Standing} from '../context.ts';
import type {Settings} from '../options/settings.ts';
import type {RequestState} from '../request-state.ts';
import {checkReport, countReport} from './count-report.ts';
import {immunityOf, immunityOfRequest} from './immunity.ts';

/**
 * `ctx.report()` of one request. A handler need not await it: it counts at once if the store can, and its
 * promise is never an unhandled rejection. A warning reports bad options.
 */
export function ctxReport(state: RequestState, options: ReportOptions = {}): Promise<Standing> {
	state.hasReported = true;
	const standing = report(state, options);
	standing.catch((error: unknown) => {
		const cause = error instanceof Error ? error.message : describe(error);
		state.settings.warn('GATEKEEPER_BAD_REPORT', `not counted: ${cause}`);
	});

	return standing;
}

async function report(state: RequestState, options: ReportOptions): Promise<Standing> {
	// An error is what `promise.catch(ctx.report)` passes.
	const given = options instanceof Error ? {} : options;
	const {client, reason, weight} = namedOptions(given, ['client', 'weight', 'reason'], 'report()');
	const {settings} = state;
	const checked = checkReport({weight, reason: textOrNone(reason, settings)});
	const named = client === undefined ? undefined : namedClient(client, settings);
	const immune = named ? immunityOf(named, settings) : immunityOfRequest(state);
	if (immune !== undefined) {
		return {reports: 0, banned: false, immune};
	}

	if (settings.banRule === undefined && hasOuterBanRule(state)) {
		settings.warn('GATEKEEPER_NO_BAN_RULE', 'the gate nearest to the handler has');
	}

	const standing = countReport(settings.store, settings, named?.client ?? state.client, checked);
	state.reports.add(standing);
	const settled = () => {
		state.reports.delete(standing);
	};
	standing.then(settled, settled);

	return standing;
}

/** Whether a gate before this one could have counted the report. */
function hasOuterBanRule({outer}: RequestState): boolean {
	return outer !== undefined && (outer.settings.banRule !== undefined || hasOuterBanRule(outer));
}

/** A reason may come from the request and be a list. The report still counts, without it. */
function textOrNone(reason: unknown, {warn}: Settings): string | undefined {
	if (reason === undefined || isText(reason)) {
		return reason;
	}

	warn(
		'GATEKEEPER_BAD_REPORT',
		`counted without its reason, which must be a string, got ${typeName(reason)}`,
	);
	return undefined;
}
