import {closeSync, fsync, openSync, renameSync, rmSync, statSync, writeSync} from 'node:fs';
import {promisify} from 'node:util';
import type {DataFile} from '../lmdb/data-file.ts';
import {draftBeside} from '../lmdb/draft.ts';
import {lockFileOf} from '../lmdb/lock-file.ts';

/** Bytes that are copied at once. */
const CHUNK = 2 ** 20;

/**
 * Copies a file. The copy is written under another name, and renamed once it is whole and on the disk: one that fails
 * leaves an earlier copy as it is.
 *
 * No more users may read it than the file.
 *
 * It is read and written here, not copied by the system. The system might let both files share blocks. Then a change of
 * the file would take new ones, and the space that is reserved in it would be worth nothing.
 *
 * @param exclusively runs what it is given while nobody writes to the file
 * @throws {Error} if the path is that of the file, of its lock file, or of something that is not a file
 * @throws as `fs` does if the copy cannot be written
 * @throws what `exclusively` throws
 */
export async function backUp(
	file: DataFile,
	path: string,
	exclusively: (run: () => void) => void,
): Promise<void> {
	refuseToReplace(path, file.path);
	const draft = draftBeside(path);
	const descriptor = openSync(draft, 'wx', file.mode);
	try {
		exclusively(() => copyBytes(file, descriptor));
		await promisify(fsync)(descriptor);
		renameSync(draft, path);
	} catch (error) {
		rmSync(draft, {force: true});
		throw error;
	} finally {
		closeSync(descriptor);
	}
}

function copyBytes(file: DataFile, descriptor: number): void {
	const chunk = Buffer.allocUnsafe(CHUNK);
	for (let position = 0; ; ) {
		const length = file.read(chunk, position);
		if (length === 0) {
			return;
		}

		for (let written = 0; written < length; ) {
			written += writeSync(descriptor, chunk, written, length - written);
		}

		position += length;
	}
}

function refuseToReplace(path: string, own: string): void {
	const found = statSync(path, {throwIfNoEntry: false});
	if (found === undefined) {
		return;
	}

	if (!found.isFile()) {
		throw new Error(`A backup cannot take the place of ${path}, which is not a file`);
	}

	for (const name of [own, lockFileOf(own)]) {
		const used = statSync(name, {throwIfNoEntry: false});
		if (used?.ino === found.ino && used.dev === found.dev) {
			throw new Error(`A backup cannot take the place of ${path}, which the store uses`);
		}
	}
}
