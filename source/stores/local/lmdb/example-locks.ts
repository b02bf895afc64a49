import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {draftBeside, makeWhole} from './draft.ts';
import {loadLmdb} from './load-lmdb.ts';
import {LOCK_FILE_SIZE, lockFileOf} from './lock-file.ts';
import {newFile} from './new-file.ts';

/** Bytes that the example is mapped to. */
const MAP_SIZE = 2 ** 20;

/** Lock files of this machine: the C library decides what a lock looks like. */
export interface ExampleLocks {
	/** Of a file that nobody has locked. */
	readonly sound: Buffer;
	/** Of a file that the last process has closed. */
	readonly destroyed: Buffer;
}

/**
 * Makes a file, and looks at its lock file.
 *
 * @param path of a file: the example is in its directory, if that can be
 * @throws if it can be nowhere
 */
export function exampleLocks(path: string): ExampleLocks {
	let failure: unknown;
	// The directory may be full, or not be writable.
	for (const begin of [draftBeside(path), join(tmpdir(), 'gatekeeper-'), '/dev/shm/gatekeeper-']) {
		try {
			return examineIn(mkdtempSync(begin));
		} catch (error) {
			failure = error;
		}
	}

	throw failure;
}

/** @param folder an empty one, which is removed */
function examineIn(folder: string): ExampleLocks {
	try {
		const example = join(folder, 'example.mdb');
		const lockFile = lockFileOf(example);
		makeWhole(example, example, () => newFile(MAP_SIZE));
		makeWhole(example, lockFile, () => new Uint8Array(LOCK_FILE_SIZE));
		const database = loadLmdb().open({
			path: example,
			noSubdir: true,
			noSync: true,
			mapSize: MAP_SIZE,
		});
		const sound = readFileSync(lockFile);
		// Nothing was written: so it is closed when the call returns. No other process knows this file.
		database.close().catch(() => {});
		return {sound, destroyed: readFileSync(lockFile)};
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}
