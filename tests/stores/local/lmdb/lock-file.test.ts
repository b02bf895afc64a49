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
import {completeLockFile, makeLockFile} from '../../../../source/stores/local/lmdb/lock-file.ts';
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

test('a lock file that was truncated, or has holes, takes its room, and what is in it stays', t => {
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

test('LMDB uses no byte that is written to complete a lock file', t => {
	const path = join(temporaryFolder(t), 'test.mdb');
	const name = `${path}-lock`;
	makeLockFile(path);
	const database = openFile(path);
	t.teardown(() => database.close());
	const reader = database.useReadTransaction();
	database.get(Buffer.from('key'));
	database.transactionSync(() => {
		const used = readFileSync(name);
		completeLockFile(name, 17 * 1024);
		const completed = readFileSync(name);
		t.is(completed.length, 17 * 1024);
		t.deepEqual(completed.subarray(0, used.length), used);

		// A reader has 64 bytes, of which LMDB uses 24: its transaction, its process, its thread.
		const pid = Buffer.alloc(4);
		pid.writeUInt32LE(process.pid);
		const slot = used.indexOf(pid, 128) - 8;
		t.true(slot > 0);
		t.true((511 - slot) % 64 >= 24, `the slot is at ${slot}`);
	});
	reader.done();
});
