import {changeRecords, numbersFrom, openFile} from './lmdb-file.ts';

/*
 * A process that reads and writes whatever is in the files whose paths it is sent. It responds with the number of
 * records, or with an error: if it dies, LMDB could not bear what was in the file.
 */

process.on('message', async (path: string) => {
	process.send?.(await use(path));
});

async function use(path: string): Promise<number | string> {
	const database = openFile(path);
	try {
		const keys: Buffer[] = [];
		database.transactionSync(() => {
			for (const {key, value} of database.getRange({})) {
				value.fill(0);
				keys.push(Buffer.from(key));
			}
		});
		const below = numbersFrom(keys.length);
		for (let round = 0; round < 5; round += 1) {
			changeRecords(database, below, {keys: 2000, changes: 100});
		}

		database.transactionSync(() => {
			for (const key of keys) {
				database.removeSync(key);
			}
		});
		changeRecords(database, below, {keys: 2000, changes: 500});
		return keys.length;
	} catch (error) {
		return String(error);
	} finally {
		await database.close();
	}
}
