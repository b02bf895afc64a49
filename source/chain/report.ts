import type {Context} from 'koa';
import {clientKey} from '../client/client-key.ts';
import type {ReportOptions, Standing} from '../context.ts';
import {namedOptions} from '../option-checks.ts';
import {checkReport, reportClient} from '../report-client.ts';
import {requirePassage} from './passage.ts';

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
	const passage = requirePassage(ctx, 'ctx.report');
	const {client, ...given} = namedOptions(options, ['client', 'weight', 'reason'], 'report()');
	const report = checkReport(given);
	if (client === undefined && passage.immune) {
		return {reports: 0, banned: false, immune: 'no-client'};
	}

	const key = client === undefined ? passage.client : clientKey(client);
	const {settings} = passage;
	const standing = reportClient(settings.guarded, settings, key, report);
	passage.reports.push(standing);

	return standing;
}
