import type {Context} from 'koa';
import type {ReportOptions, Standing} from '../context.ts';
import {checkReport, reportClient} from '../reporting.ts';
import {passageFor} from './passage.ts';

/**
 * `ctx.report()`: one function for all requests. It counts at once where the store can, and its
 * promise is never an unhandled rejection, so that a handler need not await it.
 */
export function report(this: Context, options: ReportOptions = {}): Promise<Standing> {
	const standing = reportFrom(this, options);
	standing.catch(() => {});

	return standing;
}

async function reportFrom(ctx: Context, options: ReportOptions): Promise<Standing> {
	const passage = passageFor('ctx.report', ctx);
	const {client, ...counted} = checkReport(options);
	if (client === undefined && passage.immune) {
		return {reports: 0, banned: false, immune: 'no-client'};
	}

	const {settings} = passage;
	const standing = reportClient(settings.guarded, settings, client ?? passage.client, counted);
	passage.reports.push(standing);

	return standing;
}
