import {openSync, readFileSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {openFile} from './lmdb-file.ts';
import {newFolder, removeFolder} from './temporary-folder.ts';

/** What glibc puts into a lock that it destroys. */
const DESTROYED = Buffer.alloc(4, 0xff);

/**
 * Destroys the locks of a file that is open, as a process does that closes it while another one opens it.
 *
 * @param where those to destroy: all by default
 */
export function destroyLocks(path: string, where = placesOfLocks()): void {
	// It stays open: to close it would release the locks that LMDB may have in this process.
	const locks = openSync(`${path}-lock`, 'r+');
	for (const at of where) {
		writeSync(locks, DESTROYED, 0, DESTROYED.length, at);
	}
}

/** Where a destroyed lock is seen in a lock file: one place for each. */
export function placesOfLocks(): readonly number[] {
	const folder = newFolder();
	const path = join(folder, 'test.mdb');
	openFile(path).close();
	const bytes = readFileSync(`${path}-lock`);
	removeFolder(folder);
	const places = Array.from({length: bytes.length / 4}, (_, index) => 4 * index);

	return places.filter(at => bytes.subarray(at, at + 4).equals(DESTROYED));
}
