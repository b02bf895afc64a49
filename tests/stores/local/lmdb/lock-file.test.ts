import {existsSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {makeLockFile} from '../../../../source/stores/local/lmdb/lock-file.ts';
import {openFile} from '../../../support/lmdb/lmdb-file.ts';
import {temporaryFolder} from '../../../support/lmdb/temporary-folder.ts';

test('the file of the locks takes its room at once, and LMDB uses it', async t => {
	const folder = temporaryFolder(t);
	const path = join(folder, 'test.mdb');
	makeLockFile(path);
	const {ino, size, blocks} = statSync(`${path}-lock`);
	t.is(size, 16 * 1024);
	t.true(blocks * 512 >= size);
	t.deepEqual(readdirSync(folder), ['test.mdb-lock']);

	const database = openFile(path);
	t.teardown(() => database.close());
	database.putSync(Buffer.from('a'), Buffer.from('b'));
	t.is(String(database.get(Buffer.from('a'))), 'b');
	t.is(statSync(`${path}-lock`).ino, ino);
	t.is(readFileSync(`${path}-lock`).readUInt32LE(0), 0xbeefc0de);
});

test('a file of locks that is there is left alone', t => {
	const path = join(temporaryFolder(t), 'test.mdb');
	writeFileSync(`${path}-lock`, 'used');

	makeLockFile(path);
	t.is(readFileSync(`${path}-lock`, 'utf8'), 'used');
	t.false(existsSync(path));
});
