import type {Context} from 'koa';
import type {GateState} from '../../context.ts';
import type {Gatekeeper} from '../../gatekeeper.ts';
import type {DashboardData} from '../json/dashboard-json.ts';
import {findClient} from '../lookup/find-client.ts';
import {boundedExplanation} from '../observations/bounded-explanation.ts';
import type {Observations} from '../observations/observations.ts';
import {searchText} from '../text/search-text.ts';
import {trimName} from '../text/trim-name.ts';

/** What the page is about. */
export interface Subject {
	readonly title: string;
	readonly gate: Gatekeeper;
	readonly observations: Observations;
}

/** What the page shows. The text in the query field `client` is searched for. */
export async function gatherData(
	ctx: Context,
	{title, gate, observations}: Subject,
): Promise<DashboardData> {
	const search = searchIn(ctx);
	const [bans, found] = await Promise.all([
		observations.bans.list(search),
		search === '' ? undefined : findClient(gate, observations, search),
	]);
	// An app without a gate has no such state.
	const state: GateState | undefined = ctx.state.gatekeeper;

	return {
		title,
		now: observations.clock.wall(),
		process: {id: process.pid, since: observations.since},
		dryRun: gate.dryRun,
		history: observations.history.read(),
		rules: observations.rules.read(),
		clients: observations.clients.read(),
		bans,
		store: observations.store.read(),
		...(found && {found}),
		...(state && {you: boundedExplanation(state.explain())}),
	};
}

/** What the query of a request searches for; empty if it searches for nothing. */
export function searchIn(ctx: Context): string {
	return searchText(trimName(new URLSearchParams(ctx.querystring).get('client') ?? ''));
}
