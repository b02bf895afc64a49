import type {Context} from 'koa';
import {namedClient} from '../client/client-name.ts';
import type {Immunity, ReportOptions, Standing} from '../context.ts';
import {immunityOf} from '../immunity.ts';
import {namedOptions} from '../option-checks.ts';
import {checkReport, reportClient} from '../report-client.ts';
import {type Passage, requirePassage} from './passage.ts';

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
	const {settings} = passage;
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

/** Why no report of a request's own client counts, if none does. */
function immunityOfRequest({exemption, namesNobody}: Passage): Immunity | undefined {
	if (exemption === 'allowed') {
		return 'allowed';
	}

	return namesNobody ? 'no-client' : undefined;
}
