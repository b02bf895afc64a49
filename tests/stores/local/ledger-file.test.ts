import {existsSync, rmSync} from 'node:fs';
import {setTimeout} from 'node:timers/promises';
import test from 'ava';
import {fileKeys} from '../../../source/stores/local/file/file-keys.ts';
import {uptime} from '../../../source/stores/local/file/machine.ts';
import {ReopeningFile} from '../../../source/stores/local/file/reopening-file.ts';
import {newPath, openLocalStore} from '../../support/local/opened.ts';

/** Has the file taken over by another container. */
function displace(path: string): void {
	const file = new ReopeningFile(path, records => {
		const noted = Buffer.alloc(8);
		noted.writeDoubleLE(uptime());
		records.put(fileKeys.pidNamespace, Buffer.concat([noted, Buffer.from('another')]));
	});
	file.close();
}

test('a store that makes a backup after it was closed looks after the file again', async t => {
	const {store, path} = openLocalStore();
	await store.close();
	await store.backup(newPath());
	displace(path);

	let error: unknown;
	// The sweep looks four times a second.
	for (let attempt = 0; error === undefined && attempt < 200; attempt += 1) {
		await setTimeout(50);
		await store.backup(newPath()).catch((thrown: unknown) => {
			error = thrown;
		});
	}

	t.regex(String(error), /another PID namespace/);
	await store.close();
});

test('a store that was closed stays closed', async t => {
	const {store, path} = openLocalStore();
	await store.close();
	for (const name of [path, `${path}-lock`]) {
		rmSync(name);
	}

	// The sweep would open it.
	await setTimeout(600);
	t.false(existsSync(path));
});

test('a store that was closed does not make the lock file anew beside others that may use the file', async t => {
	const {store, path} = openLocalStore();
	await store.close();
	rmSync(`${path}-lock`);

	await t.throwsAsync(store.admit('a', [], {}), {
		message: /-lock was removed: nothing was changed$/,
	});
	t.false(existsSync(`${path}-lock`));
});
