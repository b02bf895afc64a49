import {isText, namedOptions, typeName} from '../checks/option-checks.ts';
import {namedClient} from '../client/client-name.ts';
import type {Immunity, ReportOptions, Standing} from '../context.ts';
import type {Settings} from '../options/settings.ts';
import type {Passage} from '../request-state.ts';
import {shown} from '../stores/guard/check-answer.ts';
import {checkReport, reportClient} from './count-report.ts';
import {immunityOf} from './immunity.ts';

/**
 * `ctx.report()` for one request. It counts at once where the store can, and its promise is never an
 * unhandled rejection, so that a handler need not await it: a warning tells of bad options.
 */
export function report(passage: Passage, options: ReportOptions = {}): Promise<Standing> {
	const standing = reportFrom(passage, options);
	standing.catch((error: unknown) => {
		const {warn} = passage.settings;
		warn(
			'GATEKEEPER_BAD_REPORT',
			() =>
				`A ctx.report() was not counted: ${error instanceof Error ? error.message : shown(error)}`,
		);
	});

	return standing;
}

async function reportFrom(passage: Passage, options: ReportOptions): Promise<Standing> {
	const names = ['client', 'weight', 'reason'] as const;
	const {client, reason, weight} = namedOptions(options, names, 'report()');
	const {settings} = passage;
	const report = checkReport({weight, reason: textOrNone(reason, settings)});
	const named = client === undefined ? undefined : namedClient(client, settings);
	const immune = named ? immunityOf(named, settings) : immunityOfRequest(passage);
	if (immune !== undefined) {
		return {reports: 0, banned: false, immune};
	}

	const key = named?.client ?? passage.client;
	const standing = reportClient(settings.guarded, settings, key, report);
	passage.reports.push(standing);

	return standing;
}

/** A reason may come from the request, where a client may send a list for a text: the report counts. */
function textOrNone(reason: unknown, {warn}: Settings): string | undefined {
	if (reason === undefined || isText(reason)) {
		return reason;
	}

	warn(
		'GATEKEEPER_BAD_REPORT',
		() =>
			`A ctx.report() was counted without its reason, which must be text, got ${typeName(reason)}`,
	);
	return undefined;
}

/** Why no report of a request's own client counts, if none does. */
function immunityOfRequest({exemption, namesNobody}: Passage): Immunity | undefined {
	if (exemption === 'allowed') {
		return 'allowed';
	}

	return namesNobody ? 'no-client' : undefined;
}
