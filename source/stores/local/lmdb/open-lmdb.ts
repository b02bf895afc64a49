import type {RootDatabase} from 'lmdb';
import {checkFile} from './check-file.ts';
import {withSoundLocks} from './destroyed-locks.ts';
import {makeWhole} from './draft.ts';
import {FileError} from './file-error.ts';
import {checkLimits} from './limits.ts';
import {loadLmdb} from './load-lmdb.ts';
import {makeLockFile} from './make-lock-file.ts';
import {newFile} from './new-file.ts';

/**
 * Bytes of addresses that the file may be mapped to, far more than it has. The system gives memory only to what is
 * read of it.
 */
const MAP_SIZE = 2 ** 34;

/**
 * Makes a file if there is none, and its lock file. Where LMDB itself finds that it cannot open a file, it frees memory
 * twice, and the process may end: so all that may fail is tried here.
 *
 * @throws {FileError} if the file cannot be used
 * @throws {Error} if there is no package `lmdb`
 */
export function prepareFile(path: string): void {
	loadLmdb();
	checkLimits(path, MAP_SIZE);
	checkFile(path);
	makeWhole(path, path, () => newFile(MAP_SIZE));
	makeLockFile(path);
}

/**
 * Has LMDB open a file that is prepared. Nothing is flushed by transactions: what was written outlives the process all
 * the same.
 *
 * @throws {FileError} if LMDB cannot open it
 */
export function openLmdb(path: string): RootDatabase<Buffer, Buffer> {
	const open = () =>
		loadLmdb().open<Buffer, Buffer>({
			path,
			noSubdir: true,
			encoding: 'binary',
			keyEncoding: 'binary',
			noSync: true,
			overlappingSync: false,
			mapSize: MAP_SIZE,
		});
	try {
		return withSoundLocks(path, open);
	} catch (cause) {
		const why = cause instanceof Error ? cause.message : String(cause);
		throw new FileError(path, `LMDB cannot open it: ${why}`, cause);
	}
}
