import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {newFile} from '../../../../source/stores/local/lmdb/new-file.ts';
import {openFile} from '../../../support/lmdb/lmdb-file.ts';
import {temporaryFolder} from '../../../support/lmdb/temporary-folder.ts';

test('a new file is what LMDB makes, and LMDB uses it', async t => {
	const folder = temporaryFolder(t);
	const made = join(folder, 'made.mdb');
	await openFile(made, {pageSize: 4096}).close();
	const path = join(folder, 'test.mdb');
	writeFileSync(path, newFile(2 ** 34));
	t.deepEqual(readFileSync(path), readFileSync(made));

	const database = openFile(path);
	database.putSync(Buffer.from('key'), Buffer.from('value'));
	t.is(String(database.get(Buffer.from('key'))), 'value');
	await database.close();
});
