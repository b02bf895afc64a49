import {accessSync, constants, type Stats, statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {isError} from '../../../checks/is-error.ts';
import {FileError, inaccessible} from './file-error.ts';
import {lockFileOf} from './lock-file.ts';
import {checkNames} from './names.ts';

const {R_OK, W_OK, X_OK} = constants;

/**
 * Checks that a file and its lock file can be opened or made. The latter is not opened: closing it would release
 * the locks that LMDB may have in this process.
 *
 * @returns whether the file is there
 * @throws {FileError} if it is no file, or may not be read and written
 */
export function checkAccess(path: string): boolean {
	const directory = dirname(path);
	const found = statOf(path, directory);
	if (!found?.isDirectory()) {
		const what = found ? `${directory} is not a directory` : `there is no directory ${directory}`;
		throw new FileError(path, `${what}. Make it, or choose another \`path\``);
	}

	const isThere = checkFile(path, path);
	if (isThere) {
		checkNames(path);
	}

	if (!checkFile(path, lockFileOf(path)) || !isThere) {
		checkPermission(path, directory, W_OK | X_OK);
	}

	return isThere;
}

/** @returns whether it is there */
function checkFile(path: string, name: string): boolean {
	const found = statOf(path, name);
	if (found?.isDirectory()) {
		const example = join(path, 'gatekeeper.mdb');
		throw new FileError(path, `${name} is a directory. Name a file, such as ${example}`);
	}

	if (found && !found.isFile()) {
		throw new FileError(path, `${name} is a device, a pipe or a socket. Name a file`);
	}

	if (found) {
		checkPermission(path, name, R_OK | W_OK);
	}

	return found !== undefined;
}

function checkPermission(path: string, name: string, mode: number): void {
	try {
		accessSync(name, mode);
	} catch (error) {
		throw inaccessible(path, name, error);
	}
}

/** @returns undefined if there is nothing of this name */
function statOf(path: string, name: string): Stats | undefined {
	try {
		return statSync(name, {throwIfNoEntry: false});
	} catch (error) {
		if (isError(error) && 'code' in error && error.code === 'ENOTDIR') {
			return undefined;
		}

		throw inaccessible(path, name, error);
	}
}
