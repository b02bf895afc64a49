import {chmodSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test from 'ava';
import {backUp} from '../../../../source/stores/local/file/backup.ts';
import {DataFile} from '../../../../source/stores/local/lmdb/data-file.ts';
import {newPath} from '../../../support/local/opened.ts';

/** A file of three megabytes, and a path for its backup in a folder of its own, where an earlier one is. */
function files(): {file: DataFile; bytes: Buffer; path: string} {
	const of = newPath();
	const bytes = Buffer.from(Array.from({length: 3_000_000}, (_, index) => (index * index) % 251));
	writeFileSync(of, bytes);
	const path = join(mkdtempSync(join(dirname(of), 'backups-')), 'backup.mdb');
	writeFileSync(path, 'earlier');
	return {file: new DataFile(of), bytes, path};
}

test('a backup has the bytes of the file, and takes the place of an earlier one when it is whole', async t => {
	const {file, bytes, path} = files();

	await backUp(file, path, run => {
		run();
		t.is(readFileSync(path, 'utf8'), 'earlier');
	});
	t.deepEqual(readFileSync(path), bytes);
	t.deepEqual(readdirSync(dirname(path)), ['backup.mdb']);
});

for (const [title, exclusively] of Object.entries({
	'the file cannot be had': () => {
		throw new Error('why');
	},
	'something fails after the bytes are copied': (run: () => void) => {
		run();
		throw new Error('why');
	},
})) {
	test(`a backup leaves the earlier one, and nothing beside it, if ${title}`, async t => {
		const {file, path} = files();

		await t.throwsAsync(backUp(file, path, exclusively), {message: 'why'});
		t.is(readFileSync(path, 'utf8'), 'earlier');
		t.deepEqual(readdirSync(dirname(path)), ['backup.mdb']);
	});
}

test('no more users may read a backup than the file', async t => {
	const {file, path} = files();
	chmodSync(file.path, 0o600);

	await backUp(file, path, run => run());
	t.is(statSync(path).mode & 0o777, 0o600);
});
