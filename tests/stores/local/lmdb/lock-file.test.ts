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
import {completeLockFile} from '../../../../source/stores/local/lmdb/lock-file.ts';
import {makeLockFile} from '../../../../source/stores/local/lmdb/make-lock-file.ts';
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

const MAGIC = Buffer.from([0xde, 0xc0, 0xef, 0xbe]);

test('a new lock file is one that LMDB knows', t => {
	const path = join(temporaryFolder(t), 'test.mdb');
	makeLockFile(path);

	t.deepEqual(readFileSync(`${path}-lock`).subarray(0, 4), MAGIC);
	t.false(existsSync(path));
});

for (const [title, bytes] of Object.entries({
	'is empty': Buffer.alloc(0),
	'has other bytes': Buffer.alloc(16 * 1024, 'no lock file '),
	'was truncated': Buffer.from('no lock file'),
	'has zeros': Buffer.alloc(8272),
})) {
	test(`a lock file that ${title} becomes one that LMDB knows, of the same length at least`, t => {
		const path = join(temporaryFolder(t), 'test.mdb');
		const name = `${path}-lock`;
		makeLockFile(path);
		const sound = readFileSync(name);
		writeFileSync(name, bytes);

		makeLockFile(path);
		t.deepEqual(readFileSync(name).subarray(0, 8192), sound.subarray(0, 8192));
		t.is(readFileSync(name).length, bytes.length < 8192 ? 16 * 1024 : bytes.length);
	});
}

test('a lock file with holes takes its room, and what is in it stays', t => {
	const path = join(temporaryFolder(t), 'test.mdb');
	const name = `${path}-lock`;
	const bytes = Buffer.concat([MAGIC, Buffer.from('used')]);
	writeFileSync(name, bytes);
	truncateSync(name, 9000);
	t.true(statSync(name).blocks * 512 < 9000);

	makeLockFile(path);
	t.true(statSync(name).blocks * 512 >= 9000);
	t.deepEqual(readFileSync(name), Buffer.concat([bytes], 9000));
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
