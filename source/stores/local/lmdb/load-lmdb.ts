import {isError} from '../../../checks/is-error.ts';
import {processWide} from '../../../process-wide.ts';
import requireLmdb from './require-lmdb.cts';

/** Why there is no `lmdb`. */
type Reason = 'ERR_GATEKEEPER_LMDB_MISSING' | 'ERR_GATEKEEPER_LMDB_NOT_LOADED';

/**
 * The package `lmdb`, as the user has installed it: the same one for all copies of this package. Two would not know of
 * each other. When one closes a file, the system releases the locks that the other has in it.
 *
 * @throws {Error} that says what to do if it is not installed, or does not run here
 */
export function loadLmdb(): typeof import('lmdb') {
	try {
		return processWide('lmdb', requireLmdb.load);
	} catch (cause) {
		throw isInstalled() ? notLoaded(cause) : missing(cause);
	}
}

function isInstalled(): boolean {
	try {
		requireLmdb.find();
		return true;
	} catch (error) {
		return !(isError(error) && 'code' in error && error.code === 'MODULE_NOT_FOUND');
	}
}

function missing(cause: unknown): Error {
	return failure(
		'ERR_GATEKEEPER_LMDB_MISSING',
		'LocalStore needs the package lmdb, which is not installed: run `npm install lmdb`',
		cause,
	);
}

/** It has a binary for each platform. A folder `node_modules` that was copied from another one lacks that of this one. */
function notLoaded(cause: unknown): Error {
	const [line = ''] = String(isError(cause) ? cause.message : cause).split('\n', 1);
	const isForbidden = isError(cause) && 'code' in cause && cause.code === 'ERR_DLOPEN_DISABLED';
	const what = isForbidden
		? 'Start Node.js with `--allow-addons`'
		: `Run \`npm install lmdb\` on this machine (${process.platform} ${process.arch}), with optional dependencies`;

	return failure(
		'ERR_GATEKEEPER_LMDB_NOT_LOADED',
		`LocalStore needs the package lmdb, which is installed but cannot be loaded: ${line.replace(/\.$/, '')}. ${what}`,
		cause,
	);
}

function failure(code: Reason, message: string, cause: unknown): Error {
	return Object.assign(new Error(message, {cause}), {code});
}
