import {join} from 'node:path';
import test from 'ava';
import {DataFile} from '../../../../source/stores/local/lmdb/data-file.ts';
import {Room} from '../../../../source/stores/local/lmdb/room.ts';
import {openFile} from '../../../support/lmdb/lmdb-file.ts';
import {temporaryFolder} from '../../../support/lmdb/temporary-folder.ts';

const MEGABYTE = 1024 * 1024;

/** A file on a disk that can be full. */
class OnDisk extends DataFile {
	isFull = false;
	writes = 0;

	override write(bytes: Uint8Array, position: number): void {
		this.writes += 1;
		if (this.isFull) {
			throw Object.assign(new Error('full'), {code: 'ENOSPC'});
		}

		super.write(bytes, position);
	}
}

async function newFile(path: string): Promise<OnDisk> {
	const database = openFile(path);
	await database.put(Buffer.from('key'), Buffer.from('value'));
	await database.close();
	return new OnDisk(path);
}

test('space is reserved ahead, and as much as is needed', async t => {
	const file = await newFile(join(temporaryFolder(t), 'test.mdb'));
	const room = new Room(file);

	t.true(room.ensure(8192));
	t.true(file.size >= 8192 + 2 * MEGABYTE);
	const {writes} = file;
	t.true(room.ensure(16_384));
	t.is(file.writes, writes);
	t.true(room.ensure(8192, 10_000));
	t.true(file.size >= 8192 + 20 * MEGABYTE);
});

test('a full disk is asked once a second', async t => {
	const file = await newFile(join(temporaryFolder(t), 'test.mdb'));
	let now = 0;
	const room = new Room(file, () => now);
	file.isFull = true;
	for (let time = 0; time < 100; time += 1) {
		t.false(room.ensure(8192));
	}

	t.is(file.writes, 1);
	file.isFull = false;
	t.false(room.ensure(8192));
	now += 1000;
	t.true(room.ensure(8192));
});

test('where LMDB found no space, what is reserved is written anew before it is believed', async t => {
	const file = await newFile(join(temporaryFolder(t), 'test.mdb'));
	let now = 0;
	const room = new Room(file, () => now);
	t.true(room.ensure(8192, 10_000));

	room.doubt();
	t.false(room.ensure(8192));
	file.isFull = true;
	now += 1000;
	t.false(room.ensure(8192));
	now += 999;
	file.isFull = false;
	t.false(room.ensure(8192));
	now += 1;
	t.true(room.ensure(8192));
	const {writes} = file;
	t.true(room.ensure(8192 + 3 * MEGABYTE));
	t.true(file.writes > writes, 'further on, too');
});
