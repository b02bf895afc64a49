import test from 'ava';
import {fileKeys} from '../../../source/stores/local/file/file-keys.ts';
import {uptime} from '../../../source/stores/local/file/machine.ts';
import {ReopeningFile} from '../../../source/stores/local/file/reopening-file.ts';
import {newPath, openLocalStore} from '../../support/local/opened.ts';

/** Has the file taken over by another container. */
function displace(path: string): void {
	const file = new ReopeningFile(path, records => {
		const since = Buffer.alloc(8);
		since.writeDoubleLE(uptime());
		records.put(fileKeys.pidNamespace, Buffer.concat([since, Buffer.from('another')]));
	});
	file.close();
}

test('a store that makes a backup after it was closed looks after the file again', async t => {
	const {store, path} = openLocalStore();
	await store.close();
	await store.backup(newPath());
	displace(path);

	let error: unknown;
	while (error === undefined) {
		await store.backup(newPath()).catch((thrown: unknown) => {
			error = thrown;
		});
	}

	t.regex(String(error), /another PID namespace/);
	await store.close();
});
