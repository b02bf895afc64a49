import {setTimeout} from 'node:timers/promises';
import type {StoredBan} from '../ban-records.ts';
import {readBan} from './ban-protocol.ts';
import type {KeyScanner} from './connection/connection.ts';
import type {Keys} from './keys.ts';
import type {Server} from './server.ts';

/** How many bans are asked about at once. The event loop is held up while their replies are read. */
const PAGE = 100;

/** How often a server of a cluster is asked about a client while its slot is being moved, and after how many milliseconds. */
const TRIES = 8;
const PAUSE = 50;

/**
 * Lists the bans in force, page by page. A ban that begins or ends during that may be listed or not.
 *
 * The servers of a cluster are read one after the other, and slots may be moved to one that has been read. So all
 * of them are read twice: what is moved during the first time is found the second time, and what is moved later
 * has been found the first time. Only a ban that is moved twice may be missing.
 */
export async function* listBans(
	{connection, scripts}: Server,
	keys: Keys,
): AsyncGenerator<readonly StoredBan[]> {
	const seen = new Set<string>();
	for (let times = connection.isCluster ? 2 : 1; times > 0; times -= 1) {
		for (const scan of await connection.servers()) {
			for await (const states of newKeys(scan, keys.statePattern, seen)) {
				const bans = await Promise.all(
					states.map(async state => {
						const client = keys.clientOf(state);
						const about = [state, keys.strikesOf(client)];

						return readBan(client, await onceMoved(() => scripts.show.run(connection, about)));
					}),
				);
				yield bans.filter(ban => ban !== undefined);
			}
		}
	}
}

/** Pages of keys that have not been seen. A server may return a key of a scan more than once. */
async function* newKeys(
	scan: KeyScanner,
	pattern: string,
	seen: Set<string>,
): AsyncGenerator<readonly string[]> {
	let cursor = '0';
	do {
		const scanned = await scan(cursor, pattern);
		cursor = scanned.cursor;
		const keys = [...new Set(scanned.keys)].filter(key => !seen.has(key));
		for (const key of keys) {
			seen.add(key);
		}

		// Without a new key too: each step of the scan is one of the iteration, which has a deadline for each.
		for (let start = 0; start === 0 || start < keys.length; start += PAGE) {
			yield keys.slice(start, start + PAGE);
		}
	} while (cursor !== '0');
}

/** While a slot is being moved, a server may refuse to say what is on which server. It usually takes a moment. */
async function onceMoved(ask: () => Promise<unknown>): Promise<unknown> {
	for (let tries = 1; ; tries += 1) {
		try {
			return await ask();
		} catch (error) {
			if (tries === TRIES || !(error instanceof Error && error.message.startsWith('TRYAGAIN'))) {
				throw error;
			}
		}

		await setTimeout(PAUSE);
	}
}
