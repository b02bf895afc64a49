import {mkdtempSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test from 'ava';
import {Backup} from '../../../../source/stores/local/file/backup.ts';
import {DataFile} from '../../../../source/stores/local/lmdb/data-file.ts';
import {newPath} from '../../../support/local/opened.ts';

/** A file of three megabytes, and a path for its backup in a folder of its own. */
function files(): {file: DataFile; bytes: Buffer; path: string} {
	const of = newPath();
	const bytes = Buffer.from(Array.from({length: 3_000_000}, (_, index) => (index * index) % 251));
	writeFileSync(of, bytes);
	return {
		file: new DataFile(of),
		bytes,
		path: join(mkdtempSync(join(dirname(of), 'backups-')), 'backup.mdb'),
	};
}

test('a backup has the bytes of the file, and takes the place of an earlier one when it is whole', async t => {
	const {file, bytes, path} = files();
	writeFileSync(path, 'earlier');
	const backup = new Backup(path, file);
	backup.copy(file);
	t.is(readFileSync(path, 'utf8'), 'earlier');

	await backup.finish();
	t.deepEqual(readFileSync(path), bytes);
	t.deepEqual(readdirSync(dirname(path)), ['backup.mdb']);
});

test('a backup that fails leaves the earlier one, and nothing beside it', t => {
	const {file, path} = files();
	writeFileSync(path, 'earlier');
	const backup = new Backup(path, file);
	backup.copy(file);
	backup.discard();

	t.is(readFileSync(path, 'utf8'), 'earlier');
	t.deepEqual(readdirSync(dirname(path)), ['backup.mdb']);
});
