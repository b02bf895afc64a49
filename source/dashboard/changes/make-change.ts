import type {Gatekeeper} from '../../gatekeeper.ts';
import {banOf} from '../lookup/ban-of.ts';
import type {Observations} from '../observations/observations.ts';
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
		return explainError(error);
	}
}

function make(
	gate: Gatekeeper,
	observations: Observations,
	change: WantedChange,
): string | Promise<string> {
	switch (change.action) {
		case 'ban':
			return ban(gate, change);
		case 'unban':
			return unban(gate, observations, change);
		case 'reset':
			return reset(gate, change);
	}
}

async function ban(gate: Gatekeeper, {client, shown, options}: WantedChange): Promise<string> {
	await gate.ban(client, options);
	const {duration} = options;
	const length =
		duration === undefined ? '' : duration === Infinity ? ' without end' : ` for ${duration}`;

	return `${cut(shown)} is banned${length}.`;
}

/** To end a ban that another operator has ended is no mistake. */
async function unban(
	gate: Gatekeeper,
	observations: Observations,
	{client, shown}: WantedChange,
): Promise<string> {
	const before = await banOf(gate, observations.bans, client);
	await gate.unban(client);
	if (before === undefined) {
		return `${cut(shown)} was not banned, or no longer.`;
	}

	return before.isOfRange
		? `${cut(shown)} is still banned, since it is in the banned range ${before.ban.client}.`
		: `${cut(shown)} is no longer banned.`;
}

async function reset(gate: Gatekeeper, {client, shown}: WantedChange): Promise<string> {
	await gate.reset(client);

	return `The requests and reports of ${cut(shown)} are forgotten.`;
}

function cut(shown: string): string {
	return shown.length > MAX_NAME ? `${shown.slice(0, MAX_NAME)}…` : shown;
}
