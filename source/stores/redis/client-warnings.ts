import {warnEachTime} from '../../warnings.ts';
import type {Connection} from './connection/connection.ts';

/** Milliseconds. A longer timeout than this does no harm. */
const MIN_CLIENT_TIMEOUT = 1000;

/** A client's timers fire before sockets are read: code that blocks the event loop sets them off. */
export async function warnOfTimeout({clientTimeout}: Connection): Promise<void> {
	const ms = await clientTimeout;
	if (ms !== undefined && ms < MIN_CLIENT_TIMEOUT) {
		warnEachTime('GATEKEEPER_CLIENT_TIMEOUT', ms);
	}
}

/**
 * Warns once if a server refuses to write because it is a replica. After a failover that leaves connections open,
 * a client stays with the old master. The store does not reconnect it: the client is the user's, and carries
 * other commands too.
 *
 * @param advice what makes this client follow the master; undefined if it does
 */
export function readOnlyWarner(advice: string | undefined): (error: unknown) => void {
	let hasWarned = advice === undefined;

	return error => {
		// Before Redis 7.0, the position in the script stands before the code.
		if (!hasWarned && error instanceof Error && error.message.includes('READONLY ')) {
			hasWarned = true;
			warnEachTime('GATEKEEPER_READ_ONLY', advice ?? '');
		}
	};
}
