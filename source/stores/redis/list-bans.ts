import type {StoredBan} from '../store.ts';
import type {Connection, KeyScanner} from './connection/connection.ts';
import type {Keys} from './keys.ts';
import {readBan} from './protocol.ts';
import type {Script} from './scripts/script.ts';

/** Lists the bans in force, page by page. A ban that begins or ends during that may be listed or not. */
export async function* listBans(
	connection: Connection,
	keys: Keys,
	show: Script,
): AsyncGenerator<readonly StoredBan[]> {
	for (const scan of await connection.servers()) {
		for await (const states of newKeys(scan, keys.statePattern)) {
			const bans = await Promise.all(
				states.map(async state =>
					readBan(keys.clientOf(state), await show.run(connection, [state])),
				),
			);
			yield bans.filter(ban => ban !== undefined);
		}
	}
}

/** A server may return a key of a scan more than once. */
async function* newKeys(scan: KeyScanner, pattern: string): AsyncGenerator<readonly string[]> {
	const seen = new Set<string>();
	let cursor = '0';
	do {
		const scanned = await scan(cursor, pattern);
		cursor = scanned.cursor;
		const keys = [...new Set(scanned.keys)].filter(key => !seen.has(key));
		for (const key of keys) {
			seen.add(key);
		}

		yield keys;
	} while (cursor !== '0');
}
