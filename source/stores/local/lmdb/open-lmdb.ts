import type {RootDatabase} from 'lmdb';
import {checkFile} from './check-file.ts';
import {withSoundLocks} from './destroyed-locks.ts';
import {makeWhole} from './draft.ts';
import {emptyFile} from './empty-file.ts';
import {FileError} from './file-error.ts';
import {checkLimits} from './limits.ts';
import {loadLmdb} from './load-lmdb.ts';
import {makeLockFile} from './lock-file.ts';

/**
 * Bytes of addresses that the file may be mapped to, far more than it has. The system gives memory only to what is
 * read of it.
 */
const MAP_SIZE = 2 ** 34;

/**
 * Has LMDB open a file, which is made if there is none. Nothing is flushed by transactions: what was written outlives the
 * process all the same.
 *
 * Where LMDB itself finds that it cannot open a file, it frees memory twice, and the process may end. So all that may
 * fail is tried before.
 *
 * @param attempt runs what may wait for LMDB's lock
 * @throws {FileError} if the file cannot be used, which is then as it was
 * @throws {Error} if there is no package `lmdb`
 */
export function openLmdb(
	path: string,
	attempt: <Result>(open: () => Result) => Result,
): RootDatabase<Buffer, Buffer> {
	const {open} = loadLmdb();
	checkFile(path);
	makeWhole(path, path, emptyFile(MAP_SIZE));
	makeLockFile(path);
	checkLimits(path, MAP_SIZE);
	const openOnce = () =>
		open<Buffer, Buffer>({
			path,
			noSubdir: true,
			encoding: 'binary',
			keyEncoding: 'binary',
			noSync: true,
			overlappingSync: false,
			mapSize: MAP_SIZE,
		});
	try {
		return attempt(() => withSoundLocks(path, openOnce));
	} catch (cause) {
		const why = cause instanceof Error ? cause.message : String(cause);
		throw new FileError(path, `LMDB cannot open it: ${why}`, cause);
	}
}
