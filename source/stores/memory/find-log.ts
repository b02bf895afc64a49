import type {Clients} from './clients.ts';
import {SlidingLog} from './sliding-log.ts';

const log = new SlidingLog();

/**
 * A client's log of one counter, if it has one. The client stays where it is: nobody takes it for one that has sent a
 * request. The log is valid until the next call.
 *
 * @param number that of the counter, if it is known
 */
export function findLog(
	clients: Clients,
	client: string,
	number: number | undefined,
): SlidingLog | undefined {
	if (number === undefined) {
		return undefined;
	}

	const found = clients.peek(client);
	return found && log.find(found.logs, found.first, number) ? log : undefined;
}
