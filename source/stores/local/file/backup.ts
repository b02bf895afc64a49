import {randomBytes} from 'node:crypto';
import {closeSync, fsync, openSync, renameSync, rmSync, statSync, writeSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {promisify} from 'node:util';
import type {DataFile} from '../lmdb/data-file.ts';
import {lockFileOf} from '../lmdb/lock-file.ts';

/** Bytes that are copied at once. */
const CHUNK = 2 ** 20;

/** As LMDB makes its files. */
const MODE = 0o664;

/**
 * A copy of a file. It takes its place when it is whole and on the disk: a copy that fails leaves an earlier one as it
 * is.
 *
 * Bytes are copied one by one. Where the system copies, it may let both files share blocks: to write to the file would
 * take new ones, and the space that is reserved in it would be none.
 */
export class Backup {
	readonly #path: string;
	readonly #draft: string;
	readonly #descriptor: number;

	/** @throws {Error} if the path is that of the file, of its lock file, or of something that is no file */
	constructor(path: string, file: DataFile) {
		refuseToReplace(path, file.path);
		this.#path = path;
		this.#draft = join(dirname(path), `.gatekeeper-${randomBytes(8).toString('hex')}`);
		this.#descriptor = openSync(this.#draft, 'wx', MODE);
	}

	/** Nobody may write to the file meanwhile. */
	copy(file: DataFile): void {
		const chunk = Buffer.allocUnsafe(CHUNK);
		for (let position = 0; ; ) {
			const length = file.read(chunk, position);
			if (length === 0) {
				return;
			}

			for (let written = 0; written < length; ) {
				written += writeSync(this.#descriptor, chunk, written, length - written);
			}

			position += length;
		}
	}

	async finish(): Promise<void> {
		await promisify(fsync)(this.#descriptor);
		renameSync(this.#draft, this.#path);
		closeSync(this.#descriptor);
	}

	discard(): void {
		closeSync(this.#descriptor);
		rmSync(this.#draft, {force: true});
	}
}

function refuseToReplace(path: string, own: string): void {
	const found = statSync(path, {throwIfNoEntry: false});
	if (found === undefined) {
		return;
	}

	if (!found.isFile()) {
		throw new Error(`A backup cannot take the place of ${path}, which is no file`);
	}

	for (const name of [own, lockFileOf(own)]) {
		const used = statSync(name, {throwIfNoEntry: false});
		if (used?.ino === found.ino && used.dev === found.dev) {
			throw new Error(`A backup cannot take the place of ${path}, which the store uses`);
		}
	}
}
