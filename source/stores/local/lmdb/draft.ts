import {randomBytes} from 'node:crypto';
import {
	constants,
	copyFileSync,
	existsSync,
	linkSync,
	readdirSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import {dirname, join} from 'node:path';
import {isError} from '../../../checks/is-error.ts';
import {inaccessible} from './file-error.ts';

/** As LMDB makes its files. */
const MODE = 0o664;

const PREFIX = '.gatekeeper-';

/** How a file system says that it has no links. */
const WITHOUT_LINKS: ReadonlySet<unknown> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** A name that nobody uses in the directory of a file. A process that is killed leaves there what it has begun. */
export function draftBeside(path: string): string {
	return join(dirname(path), `${PREFIX}${randomBytes(8).toString('hex')}`);
}

/**
 * Makes a file unless it is there. Where the file system has links, no process finds it half made, whoever else makes it
 * and whoever is killed.
 *
 * @param path that of the data, for the error
 * @throws {FileError} if it cannot be made
 */
export function makeWhole(path: string, name: string, bytes: Uint8Array): void {
	if (existsSync(name)) {
		return;
	}

	const draft = draftBeside(path);
	try {
		writeFileSync(draft, bytes, {flag: 'wx', mode: MODE});
		unlessThere(() => linkOrCopy(draft, name));
	} catch (error) {
		throw inaccessible(path, name, error);
	} finally {
		rmSync(draft, {force: true});
	}
}

/** Removes drafts that are other names of a file: a process was killed when it had made the file. */
export function removeDraftsOf(path: string): void {
	const {ino, dev} = statSync(path);
	const drafts = readdirSync(dirname(path)).filter(name => name.startsWith(PREFIX));
	for (const draft of drafts.map(name => join(dirname(path), name))) {
		const found = statSync(draft, {throwIfNoEntry: false});
		if (found?.ino === ino && found.dev === dev) {
			rmSync(draft, {force: true});
		}
	}
}

function linkOrCopy(draft: string, name: string): void {
	try {
		linkSync(draft, name);
	} catch (error) {
		if (!WITHOUT_LINKS.has(codeOf(error))) {
			throw error;
		}

		copyFileSync(draft, name, constants.COPYFILE_EXCL);
	}
}

/** Another process may be first. */
function unlessThere(make: () => void): void {
	try {
		make();
	} catch (error) {
		if (codeOf(error) !== 'EEXIST') {
			throw error;
		}
	}
}

function codeOf(error: unknown): unknown {
	return isError(error) && 'code' in error ? error.code : undefined;
}
