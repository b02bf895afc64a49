import type {Gatekeeper} from '../../gatekeeper.ts';
import type {BanEntry} from '../json/dashboard-json.ts';
import {banOf, isNoName} from '../lookup/ban-of.ts';
import {isAboutClient} from '../lookup/no-client.ts';
import type {Observations} from '../observations/observations.ts';
import {startOf} from '../text/start-of.ts';
import {durationText} from '../view/times.ts';
import {explainError, type Failure} from './explain-error.ts';
import type {WantedChange} from './read-change.ts';

/** Characters of a client's name in a message. */
const MAX_NAME = 100;

/** Makes a change. Returns what has happened, as one sentence, or why it did not. */
export async function makeChange(
	gate: Gatekeeper,
	observations: Observations,
	change: WantedChange,
): Promise<{readonly message: string} | Failure> {
	try {
		return {message: await make(gate, observations, change)};
	} catch (error) {
		const isNobody = isAboutClient(error) && (await isNoName(gate, change.client, error));

		return explainError(error, isNobody);
	}
}

function make(
	gate: Gatekeeper,
	observations: Observations,
	change: WantedChange,
): string | Promise<string> {
	switch (change.action) {
		case 'ban':
			return ban(gate, observations, change);
		case 'unban':
			return unban(gate, observations, change);
		case 'reset':
			return reset(gate, change);
	}
}

async function ban(
	gate: Gatekeeper,
	{bans}: Observations,
	{client, shown, options}: WantedChange,
): Promise<string> {
	await gate.ban(client, options);
	const name = startOf(shown.trim(), MAX_NAME);
	try {
		const held = await banOf(gate, bans, client);
		return held === undefined ? `${name} is banned.` : `${name} is banned${length(held.ban)}.`;
	} catch {
		// It is banned all the same. The store fails from now on, which the page tells.
		return `${name} is banned.`;
	}
}

function length({retryAfter}: BanEntry): string {
	return retryAfter === null ? ' without end' : ` for ${durationText(retryAfter)}`;
}

/** To end a ban that another operator has ended is no mistake. */
async function unban(
	gate: Gatekeeper,
	observations: Observations,
	{client, shown}: WantedChange,
): Promise<string> {
	const before = await banOf(gate, observations.bans, client);
	await gate.unban(client);
	const name = startOf(shown.trim(), MAX_NAME);
	if (before === undefined) {
		return `${name} was not banned (any more).`;
	}

	return before.isOfRange
		? `${name} is still banned, since it is in the banned range ${before.ban.client}.`
		: `${name} is no longer banned.`;
}

async function reset(gate: Gatekeeper, {client, shown}: WantedChange): Promise<string> {
	await gate.reset(client);

	return `The requests and reports of ${startOf(shown.trim(), MAX_NAME)} are forgotten.`;
}
