import type {Gatekeeper} from '../../gatekeeper.ts';
import type {FoundClient} from '../json/dashboard-json.ts';
import {banEntry} from '../observations/ban-entry.ts';
import type {Observations} from '../observations/observations.ts';
import {errorText} from '../text/error-text.ts';
import {rangeIn} from './ban-of.ts';
import {isAboutClient, noClient} from './no-client.ts';

/** How the client stands that a text names, and how it was identified. Never rejects. */
export async function findClient(
	gate: Pick<Gatekeeper, 'inspect'>,
	observations: Observations,
	query: string,
): Promise<FoundClient> {
	try {
		const {client, ban, reports, strike, limits} = await gate.inspect(query);
		const explanation = observations.clients.explanationOf(client);
		return {
			query,
			client,
			...(ban && {ban: banEntry(ban)}),
			reports,
			strike,
			limits,
			...(explanation && {explanation}),
		};
	} catch (error) {
		return isAboutClient(error)
			? findRange(observations, query)
			: {query, error: `The store is failing. ${errorText(error)}`};
	}
}

/** A range has no standing but its ban. */
async function findRange({bans}: Observations, query: string): Promise<FoundClient> {
	const client = rangeIn(query);
	if (client === undefined) {
		return {query, error: noClient};
	}

	const ban = await bans.find(client);
	return {query, client, ...(ban && {ban})};
}
