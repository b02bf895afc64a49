import {readdirSync, readlinkSync} from 'node:fs';
import test from 'ava';
import {OpenFile} from '../../../../source/stores/local/file/open-file.ts';
import {ReopeningFile} from '../../../../source/stores/local/file/reopening-file.ts';
import {unchanged} from '../../../../source/stores/unfinished-error.ts';
import {openFile} from '../../../support/lmdb/lmdb-file.ts';
import {newPath} from '../../../support/local/opened.ts';

/** The descriptors of this process for a file, and for what is beside it. */
function descriptorsOf(path: string): number {
	return readdirSync('/proc/self/fd').filter(descriptor => {
		try {
			return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(path);
		} catch {
			return false;
		}
	}).length;
}

test('a file that is refused when LMDB has opened it is closed again', async t => {
	const path = newPath();
	const other = openFile(path);
	await other.put(Buffer.from('key'), Buffer.from('of another program'));
	await other.close();
	t.throws(() => new ReopeningFile(path, () => {}), {message: /of another program/});
	const open = descriptorsOf(path);

	for (let attempt = 0; attempt < 5; attempt += 1) {
		t.throws(() => new ReopeningFile(path, () => {}), {message: /of another program/});
	}

	t.true(descriptorsOf(path) <= open, `${descriptorsOf(path)} after ${open}`);
});

test('a backup that finds its own disk full does not put the room in the file in doubt', t => {
	const full = Object.assign(new Error('full'), {code: 'ENOSPC'});
	const opened = new OpenFile(newPath());
	t.teardown(() => opened.close());

	t.throws(
		() =>
			opened.transact(() => {
				throw full;
			}),
		{is: full},
	);
	t.true(opened.transact(() => opened.hasRoom));
});

test('a start on a full disk says so, if the time must be written', t => {
	const full = () => {
		throw unchanged('The disk is full');
	};

	t.throws(() => new ReopeningFile(newPath(), full), {
		code: 'ERR_GATEKEEPER_FILE',
		message: /: the disk is full\. Free some space$/,
	});
});

test('an error of LMDB says what is wrong, and not what LMDB attempted', t => {
	const file = new ReopeningFile(newPath(), () => {});
	const error = Object.assign(
		new Error('Read-only file system: Attempting to write page at position 8192, size 4096'),
		{code: 30},
	);

	t.throws(
		() =>
			file.transact(() => {
				throw error;
			}),
		{code: 'ERR_GATEKEEPER_NOT_SENT', message: 'Read-only file system: nothing was changed'},
	);
});
