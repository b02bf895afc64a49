import {readSync, writeSync} from 'node:fs';
import {makeWhole} from './draft.ts';
import {exampleLocks} from './example-locks.ts';
import {inaccessible} from './file-error.ts';
import {LITTLE_ENDIAN} from './layout.ts';
import {
	completeLockFile,
	descriptorOf,
	LOCK_FILE_SIZE,
	lockFileOf,
	MIN_LOCK_FILE_SIZE,
} from './lock-file.ts';
import {MAGIC} from './meta-page.ts';

/** The first bytes of a lock file, by which LMDB knows it. */
const HEAD = 4;

/**
 * Makes the lock file if there is none, or mends it. LMDB would make it without taking the room for it. And where others use
 * a lock file that LMDB does not know, since it was truncated, or since a process was killed when it had just made it,
 * LMDB frees memory twice, and the process may end.
 *
 * @throws {FileError} if there is no room
 */
export function makeLockFile(path: string): void {
	const name = lockFileOf(path);
	makeWhole(path, name, () => Buffer.concat([exampleLocks(path).sound], LOCK_FILE_SIZE));
	try {
		completeLockFile(name);
		mendLockFile(path);
	} catch (error) {
		throw inaccessible(path, name, error);
	}
}

/**
 * Makes a lock file that was emptied or overwritten one that nobody waits for. Others may use it: what they have locked in
 * it was lost before.
 *
 * @throws as `fs` does
 */
export function mendLockFile(path: string): void {
	const descriptor = descriptorOf(lockFileOf(path));
	const head = new DataView(new ArrayBuffer(HEAD));
	readSync(descriptor, head, 0, HEAD, 0);
	if (head.getUint32(0, LITTLE_ENDIAN) === MAGIC) {
		return;
	}

	const {sound} = exampleLocks(path);
	// The head is the last: with it, the file is known.
	writeSync(descriptor, sound, HEAD, MIN_LOCK_FILE_SIZE - HEAD, HEAD);
	writeSync(descriptor, sound, 0, HEAD, 0);
}
