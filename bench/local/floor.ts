import {createHash} from 'node:crypto';
import {OpenFile} from '../../dist/stores/local/file/open-file.js';
import type {Decide} from './load.ts';

/** Bytes of a record, and of its key: about those of a client with ten requests in the last minute. */
const RECORD = 72;
const KEY = 18;

/** The transaction is committed when the call returns. */
const COMMITTED = 2;

/** The least that a decision by a file can cost: one get and one put in a file that is opened as the store opens its own. */
export interface Floor {
	/** In a transaction of its own, at once. */
	readonly atOnce: Decide;
	/** In the next turn of the event loop, in one transaction with all that are waiting. */
	readonly inTurn: Decide;
}

/** A file with a record for each client. */
export function openFloor(path: string, clients: readonly string[]): Floor {
	const {database} = new OpenFile(path);
	// Of LMDB alone, without what the store looks at first.
	const transact = (each: () => void) => database.transactionSync(each, COMMITTED);
	const keyOf = (client: string) => createHash('sha256').update(client).digest().subarray(0, KEY);
	const keys = new Map(clients.map(client => [client, keyOf(client)]));
	const fresh = Buffer.alloc(RECORD);
	transact(() => {
		for (const key of keys.values()) {
			database.putSync(key, fresh);
		}
	});

	const getAndPut = (client: string) => {
		const key = keys.get(client);
		const record = key && database.get(key);
		if (!record) {
			throw new Error(`The floor does not know ${client}`);
		}

		record.writeDoubleLE(record.readDoubleLE(0) + 1, 0);
		database.putSync(key, record);
	};
	let waiting: Array<() => void> = [];
	const run = () => {
		const all = waiting;
		waiting = [];
		transact(() => {
			for (const each of all) {
				each();
			}
		});
	};

	return {
		atOnce: client => transact(() => getAndPut(client)),
		inTurn: client =>
			new Promise<void>(resolve => {
				if (waiting.length === 0) {
					setImmediate(run);
				}

				waiting.push(() => {
					getAndPut(client);
					resolve();
				});
			}),
	};
}
