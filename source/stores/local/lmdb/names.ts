import {lstatSync, readFileSync, realpathSync, statSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {isError} from '../../../checks/is-error.ts';
import {removeDraftsOf} from './draft.ts';
import {FileError, inaccessible} from './file-error.ts';
import {lockFileOf} from './lock-file.ts';

/*
 * The lock file has the name of the file, with `-lock` at its end. By another name of the same file, a process would find
 * another lock file, and not wait for the others.
 */

/**
 * The name of a file without symbolic links.
 *
 * @param path in full
 * @throws {FileError} if it is a link that leads nowhere
 */
export function ownNameOf(path: string): string {
	const own = realPathOf(path);
	if (own !== undefined) {
		return own;
	}

	if (lstatSync(path, {throwIfNoEntry: false})?.isSymbolicLink()) {
		throw new FileError(
			path,
			'it is a symbolic link to a file that is not there. Name the file itself',
		);
	}

	const directory = realPathOf(dirname(path));
	return directory === undefined ? path : join(directory, basename(path));
}

/**
 * Checks that a file has no other name that leads to another lock file.
 *
 * @throws {FileError}
 */
export function checkNames(path: string): void {
	if (linksOf(path) > 1) {
		try {
			removeDraftsOf(path);
		} catch (error) {
			throw inaccessible(path, dirname(path), error);
		}
	}

	if (linksOf(path) > 1) {
		throw new FileError(
			path,
			'it has another name, by a hard link. Processes that use the file by that name would not wait for this one. ' +
				'Remove the other name, or choose another `path`',
		);
	}

	const mounts = mountPoints();
	if (mounts.includes(path) && !mounts.includes(lockFileOf(path))) {
		throw new FileError(
			path,
			'it is mounted as a single file, without its lock file. Mount its directory, such as a volume',
		);
	}
}

/** How many names a file has: 0 if somebody has just removed it. */
function linksOf(path: string): number {
	return statSync(path, {throwIfNoEntry: false})?.nlink ?? 0;
}

/** Undefined if there is nothing of this name. */
function realPathOf(name: string): string | undefined {
	try {
		return realpathSync(name);
	} catch (error) {
		const code = isError(error) && 'code' in error ? error.code : undefined;
		if (code === 'ENOENT' || code === 'ENOTDIR') {
			return undefined;
		}

		throw inaccessible(name, name, error);
	}
}

/** Where something is mounted, as far as the system says so. */
function mountPoints(): readonly string[] {
	try {
		const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
		return lines.map(line => unescaped(line.split(' ', 5)[4] ?? ''));
	} catch {
		return [];
	}
}

/** Spaces and the like are three octal digits. */
function unescaped(name: string): string {
	return name.replace(/\\([0-7]{3})/g, (_, digits: string) =>
		String.fromCharCode(Number.parseInt(digits, 8)),
	);
}
