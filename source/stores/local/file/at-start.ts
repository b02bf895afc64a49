import {StaleLockError} from '../lmdb/file-error.ts';
import {lacksLockFile} from '../lmdb/lock-file.ts';
import {isLockOfAnother} from '../lmdb/lock-of-another.ts';
import {NOTICED_WITHIN} from '../lmdb/noticing.ts';
import {pause} from '../lmdb/pause.ts';

/** Milliseconds after which others have let go of the file that was replaced, and between two attempts. */
const PATIENCE = 2 * NOTICED_WITHIN;
const INTERVAL = 100;

/**
 * Opens a file when a store is made. Processes may use it, or the one that was there before, and not have noticed yet
 * that their lock file was removed, or that their file was replaced. With another lock file, nobody would wait for
 * them. Later, there is a pause before a file is opened again.
 *
 * @throws what `open` throws
 */
export function atStart(path: string, open: () => void): void {
	if (lacksLockFile(path) || isLockOfAnother(path)) {
		pause(NOTICED_WITHIN);
	}

	const end = performance.now() + PATIENCE;
	for (;;) {
		try {
			open();
			return;
		} catch (error) {
			if (!(error instanceof StaleLockError) || performance.now() >= end) {
				throw error;
			}

			pause(INTERVAL);
		}
	}
}
