import {listOf} from './reply-list.ts';

/** How many hash slots a cluster has. */
export const SLOTS = 16_384;

/** Sends a command to one server. */
type Send = (command: readonly string[]) => Promise<unknown>;

/**
 * Makes sure that these are all masters of a cluster, by what each of them knows. A client may not know a master
 * that has joined, or may have dropped one that has died: what only that one holds would be missing unnoticed.
 *
 * @throws {Error} (as a rejection) if some slots have no master, or if there are more masters
 */
export async function assertAllMasters(masters: readonly Send[]): Promise<void> {
	const tables = await Promise.all(masters.map(send => send(['CLUSTER', 'SLOTS'])));
	for (const table of tables) {
		const ranges = listOf(table).map(listOf);
		const covered = ranges.reduce((sum, [from, to]) => sum + Number(to) - Number(from) + 1, 0);
		if (covered < SLOTS) {
			throw new Error(`${SLOTS - covered} slots of the cluster have no server`);
		}

		// Not compared by address: a client may reach a server by another one.
		const owners = new Set(ranges.map(([, , master]) => listOf(master).slice(0, 3).join(' ')));
		if (owners.size > masters.length) {
			throw notAllKnown();
		}
	}
}

export function notAllKnown(): Error {
	return new Error('The client of the cluster is not connected to all of its masters');
}
