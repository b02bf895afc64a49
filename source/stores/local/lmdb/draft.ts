import {randomBytes} from 'node:crypto';
import {
	existsSync,
	linkSync,
	lstatSync,
	readdirSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {isError} from '../../../checks/is-error.ts';
import {inaccessible} from './file-error.ts';

/** As LMDB makes its files. */
const MODE = 0o664;

const PREFIX = '.gatekeeper-';

const DRAFT = /^\.gatekeeper-[\da-f]{16}$/;

/** How a file system says that it has no links. */
const WITHOUT_LINKS: ReadonlySet<unknown> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** A name that nobody uses in the directory of a file. A process that is killed leaves there what it has begun. */
export function draftBeside(path: string): string {
	return join(dirname(path), `${PREFIX}${randomBytes(8).toString('hex')}`);
}

/**
 * Makes a file unless it is there. No process finds it half made, whoever else makes it and whoever is killed.
 *
 * @param path that of the data, for the error
 * @param bytes returns what is in the file
 * @throws {FileError} if it cannot be made
 */
export function makeWhole(path: string, name: string, bytes: () => Uint8Array): void {
	if (existsSync(name)) {
		return;
	}

	const draft = draftBeside(path);
	try {
		writeFileSync(draft, bytes(), {flag: 'wx', mode: MODE});
		nameUnlessThere(draft, name);
	} catch (error) {
		throw inaccessible(path, name, error);
	} finally {
		rmSync(draft, {force: true});
	}
}

/** Removes drafts that are other names of a file: a process was killed when it had made the file. */
export function removeDraftsOf(path: string): void {
	const {ino, dev} = statSync(path);
	const directory = dirname(path);
	for (const name of readdirSync(directory)) {
		if (name === basename(path) || !DRAFT.test(name)) {
			continue;
		}

		const draft = join(directory, name);
		const found = lstatSync(draft, {throwIfNoEntry: false});
		if (found?.ino === ino && found.dev === dev) {
			rmSync(draft, {force: true});
		}
	}
}

/**
 * Another process may be first. Where the file system has no links, two that make the file at the same moment may each
 * have their own: both look at its name when they have opened it.
 */
function nameUnlessThere(draft: string, name: string): void {
	try {
		linkSync(draft, name);
	} catch (error) {
		const code = isError(error) && 'code' in error ? error.code : undefined;
		if (WITHOUT_LINKS.has(code) && !existsSync(name)) {
			renameSync(draft, name);
		} else if (code !== 'EEXIST' && !existsSync(name)) {
			throw error;
		}
	}
}
