import {existsSync, openSync, statSync, writeSync} from 'node:fs';

/** Bytes of a lock file: room for more processes than LMDB's own has. */
export const LOCK_FILE_SIZE = 16 * 1024;

/** LMDB's own has as much. A shorter one was truncated. */
export const MIN_LOCK_FILE_SIZE = 8192;

/** Bytes of a block, by which the system counts. */
const BLOCK = 512;

const zero = new Uint8Array(1);

/** LMDB keeps its locks in a file beside that of the data. */
export function lockFileOf(path: string): string {
	return `${path}-lock`;
}

/** Whether there is a file without its lock file, which somebody has removed, or not copied. */
export function lacksLockFile(path: string): boolean {
	return existsSync(path) && !existsSync(lockFileOf(path));
}

/**
 * Takes the room for a lock file that was truncated, or copied with holes: to LMDB, which maps it into memory, none would
 * end the process. Others may use it: so only bytes are written that LMDB does not use, the last of each block. They are
 * between the slots of readers.
 *
 * @param least bytes that it had before
 * @throws as `fs` does
 */
export function completeLockFile(name: string, least = 0): void {
	const {size, blocks} = statSync(name);
	const wanted = Math.max(least, size < MIN_LOCK_FILE_SIZE ? LOCK_FILE_SIZE : size);
	if (size === wanted && blocks * BLOCK >= size) {
		return;
	}

	const descriptor = descriptorOf(name);
	for (let end = BLOCK; end < wanted + BLOCK; end += BLOCK) {
		writeSync(descriptor, zero, 0, 1, Math.min(end, wanted) - 1);
	}
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
