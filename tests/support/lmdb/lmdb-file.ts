import {open, type RootDatabase} from 'lmdb';

export type Database = RootDatabase<Buffer, Buffer>;

/** Opens a file as the store does. */
export function openFile(path: string, options: {readonly pageSize?: number} = {}): Database {
	return open({
		path,
		noSubdir: true,
		encoding: 'binary',
		keyEncoding: 'binary',
		noSync: true,
		overlappingSync: false,
		mapSize: 2 ** 34,
		...options,
	});
}

/** A source of numbers that look random: the same for the same seed. */
export function numbersFrom(seed: number): (below: number) => number {
	let state = seed;

	return below => {
		state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;

		return Math.floor((state / 2 ** 32) * below);
	};
}

/** Puts and removes records of up to `keys` keys, of different sizes, in one transaction. */
export function changeRecords(
	database: Database,
	below: (limit: number) => number,
	{keys, changes}: {readonly keys: number; readonly changes: number},
): void {
	database.transactionSync(() => {
		for (let change = 0; change < changes; change += 1) {
			const key = Buffer.from(`c:${below(keys)}`);
			const kind = below(10);
			if (kind < 4) {
				database.removeSync(key);
			} else {
				database.putSync(key, Buffer.alloc(kind < 9 ? below(300) : below(20_000), kind));
			}
		}
	});
}
