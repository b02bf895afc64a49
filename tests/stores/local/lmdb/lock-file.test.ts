import {
	existsSync,
	readdirSync,
	readFileSync,
	statSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {makeLockFile} from '../../../../source/stores/local/lmdb/lock-file.ts';
import {openFile} from '../../../support/lmdb/lmdb-file.ts';
import {temporaryFolder} from '../../../support/lmdb/temporary-folder.ts';

test('a lock file takes its room at once, and LMDB uses it', async t => {
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

test('what is in a lock file stays when that was truncated, or has holes', t => {
	const path = join(temporaryFolder(t), 'test.mdb');
	const name = `${path}-lock`;
	writeFileSync(name, 'used');
	makeLockFile(path);
	t.is(readFileSync(name).length, 16 * 1024);
	t.is(readFileSync(name).toString('utf8', 0, 5), 'used\0');

	writeFileSync(name, 'used');
	truncateSync(name, 9000);
	t.true(statSync(name).blocks * 512 < 9000, 'it has a hole');
	makeLockFile(path);
	t.true(statSync(name).blocks * 512 >= 9000);
	t.is(readFileSync(name).length, 9000, 'others may have mapped so much of it');
	t.is(readFileSync(name).toString('utf8', 0, 5), 'used\0');
	t.false(existsSync(path));
});
