import {openSync, readSync, statSync, writeSync} from 'node:fs';
import {makeWhole} from './draft.ts';
import {inaccessible} from './file-error.ts';

/** Room for more processes than LMDB's own has. */
const SIZE = 16 * 1024;

/** LMDB's own has as much. A shorter one was truncated. */
const MIN_SIZE = 8192;

const PAGE = 4096;

/** Bytes of a block, by which the system counts. */
const BLOCK = 512;

/** LMDB keeps its locks in a file beside that of the data. */
export function lockFileOf(path: string): string {
	return `${path}-lock`;
}

/**
 * Makes the lock file if there is none, or completes it. LMDB would make it, or make it longer, without taking the room
 * for it, and map it into memory: on a full disk, that ends the process. To LMDB, zeros are a file that nobody uses.
 *
 * @throws {FileError} if there is no room
 */
export function makeLockFile(path: string): void {
	const name = lockFileOf(path);
	makeWhole(path, name, new Uint8Array(SIZE));
	try {
		completeLockFile(name);
	} catch (error) {
		throw inaccessible(path, name, error);
	}
}

/**
 * Takes the room for a lock file that was truncated, or copied with holes. What is in it stays: others may use it.
 *
 * @param least bytes that it had before
 * @throws as `fs` does
 */
export function completeLockFile(name: string, least = 0): void {
	const {size, blocks} = statSync(name);
	const wanted = Math.max(least, size < MIN_SIZE ? SIZE : size);
	if (size === wanted && blocks * BLOCK >= size) {
		return;
	}

	const descriptor = descriptorOf(name);
	const page = Buffer.alloc(PAGE);
	for (let at = 0; at < wanted; at += PAGE) {
		const length = Math.min(PAGE, wanted - at);
		page.fill(0);
		readSync(descriptor, page, 0, length, at);
		if (at + length > size || page.every(byte => byte === 0)) {
			writeSync(descriptor, page, 0, length, at);
		}
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
