import type {AskOptions} from '../../ask-options.ts';
import {notConnected} from './not-sent.ts';

/**
 * What each command is sent with, over what the user has chosen for all. Replies are text and numbers. The client
 * gives up on no command: node-redis 6 does so after 5 s by default, by a timer that fires before a command is
 * written if the event loop was blocked. Whoever asks has a deadline that does not.
 */
export const commandOptions = {typeMapping: {}, timeout: undefined};

/** The message of node-redis's AbortError, in all of its versions. */
const ABORTED = 'The command was aborted';

/**
 * Sends a command to a cluster, or to a master that a sentinel names. Their client keeps it while it looks for the
 * server, and drops it if the question is given up.
 */
export async function sendUnlessGivenUp(
	isReady: boolean,
	asking: AskOptions | undefined,
	send: (options: object) => Promise<unknown>,
): Promise<unknown> {
	if (isReady || asking === undefined) {
		return send(commandOptions);
	}

	try {
		return await send({...commandOptions, abortSignal: asking.signal});
	} catch (error) {
		throw error instanceof Error && error.message === ABORTED ? notConnected() : error;
	}
}
