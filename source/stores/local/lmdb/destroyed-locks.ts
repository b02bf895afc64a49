import {fstatSync, readSync, writeSync} from 'node:fs';
import {type ExampleLocks, exampleLocks} from './example-locks.ts';
import {mayBeOfLock} from './lmdb-error.ts';
import {descriptorOf, lockFileOf} from './lock-file.ts';

/** What a destroyed lock has where a sound one has its kind: a number of four bytes. */
const DESTROYED = -1;
const SIZE = 4;

/** A place in a lock file by which a destroyed lock is known. */
interface Mark {
	readonly at: number;
	/** What a sound lock has there. */
	readonly sound: Buffer;
}

/**
 * Has LMDB open a file, and once more if its locks were destroyed.
 *
 * The last process that closes a file destroys its locks. One that opens the file at that very moment waits until it is
 * closed, and has the locks as they are then. LMDB makes new ones only when no process has the file. So neither this
 * process nor any other could use it.
 *
 * LMDB lets go of what it opened in vain at a later garbage collection. Until then, it opens the same once more.
 *
 * @param path that of the data
 * @throws what `open` throws
 */
export function withSoundLocks<Result>(path: string, open: () => Result): Result {
	try {
		return open();
	} catch (error) {
		if (mayBeOfLock(error) && mend(path)) {
			return open();
		}

		throw error;
	}
}

/**
 * Mends the locks that are destroyed. Several processes may do so at once, while others use those that are mended: all
 * write the same, and who has a lock is noted elsewhere.
 *
 * @returns whether the locks are sound now
 */
function mend(path: string): boolean {
	try {
		const marks = marksOf(exampleLocks(path));
		const locks = descriptorOf(lockFileOf(path));
		const bytes = Buffer.alloc(fstatSync(locks).size);
		readSync(locks, bytes, 0, bytes.length, 0);
		for (const {at, sound} of marks) {
			if (bytes.readInt32LE(at) === DESTROYED) {
				writeSync(locks, sound, 0, SIZE, at);
			}
		}

		return marks.length > 0;
	} catch {
		// What LMDB has thrown says more.
		return false;
	}
}

/** There are none where the C library destroys nothing. */
function marksOf({sound, destroyed}: ExampleLocks): readonly Mark[] {
	const marks: Mark[] = [];
	for (let at = 0; at < sound.length; at += SIZE) {
		if (destroyed.readInt32LE(at) === DESTROYED && sound.readInt32LE(at) !== DESTROYED) {
			marks.push({at, sound: sound.subarray(at, at + SIZE)});
		}
	}

	return marks;
}
