import {
	existsSync,
	linkSync,
	openSync,
	rmSync,
	statSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import {draftBeside, FILE_MODE} from './draft.ts';
import {inaccessible} from './file-error.ts';

/** Room for more processes than LMDB's own has. */
const SIZE = 16 * 1024;

/** There must be room for the first pages of the data, too. */
const ROOM = 64 * 1024;

/** LMDB keeps its locks in a file beside that of the data. */
export function lockFileOf(path: string): string {
	return `${path}-lock`;
}

/**
 * Makes the lock file if there is none. LMDB would make it without taking the room for it, and map it into
 * memory: on a full disk, that ends the process. To LMDB, zeros are a file that nobody uses.
 *
 * @throws {FileError} if there is no room
 */
export function makeLockFile(path: string): void {
	const name = lockFileOf(path);
	if (existsSync(name)) {
		return;
	}

	// No process may find it half made.
	const draft = draftBeside(path);
	try {
		writeFileSync(draft, Buffer.alloc(ROOM), {flag: 'wx', mode: FILE_MODE});
		truncateSync(draft, SIZE);
		linkUnlessThere(draft, name);
	} catch (error) {
		throw inaccessible(path, name, error);
	} finally {
		rmSync(draft, {force: true});
	}
}

/** Another process may be first. Where there are no hard links, LMDB makes the file. */
function linkUnlessThere(draft: string, name: string): void {
	try {
		linkSync(draft, name);
	} catch {}
}

/** They stay open as long as the process: to close one would release the locks that LMDB has in the file. */
const descriptors = new Map<string, number>();

/**
 * Opens a lock file, to read and write it beside LMDB.
 *
 * @returns a descriptor that must not be closed
 * @throws as `fs` does
 */
export function descriptorOf(name: string): number {
	const inode = statSync(name).ino;
	const key = `${inode} ${name}`;
	const known = descriptors.get(key) ?? openSync(name, 'r+');
	descriptors.set(key, known);
	return known;
}
