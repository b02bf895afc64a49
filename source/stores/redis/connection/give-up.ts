import type {AskOptions} from '../../ask-options.ts';
import {notConnected} from './not-sent.ts';

/** Replies are text and numbers, whatever types the user has chosen for them. */
export const textReplies = {typeMapping: {}};

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
		return send(textReplies);
	}

	try {
		return await send({...textReplies, abortSignal: asking.signal});
	} catch (error) {
		throw error instanceof Error && error.message === ABORTED ? notConnected() : error;
	}
}
