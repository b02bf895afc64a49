import type {Context} from 'koa';
import type {ReportOptions, Standing} from '../context.ts';
import {checkReport, reportClient} from '../reporting.ts';
import {type Passage, passageOf} from './passage.ts';

/**
 * `ctx.report()`: one function for all requests. It counts at once where the store can, and its
 * promise is never an unhandled rejection, so that a handler need not await it.
 */
export function report(this: Context, options: ReportOptions = {}): Promise<Standing> {
	const passage = passageOf(this);
	const standing = reportThrough(passage, options);
	standing.catch(() => {});
	passage?.reports.push(standing);

	return standing;
}

async function reportThrough(
	passage: Passage | undefined,
	options: ReportOptions,
): Promise<Standing> {
	if (passage === undefined) {
		throw new Error('ctx.report() found no gatekeeper: ctx.state.gatekeeper was replaced');
	}

	const {client, ...counted} = checkReport(options);
	if (client === undefined && passage.immune) {
		return {reports: 0, banned: false, immune: 'no-client'};
	}

	const {settings} = passage;
	return reportClient(settings.guarded, settings, client ?? passage.client, counted);
}
