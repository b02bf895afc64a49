import {isError} from '../../../checks/is-error.ts';
import {isOutOfRoom} from './lmdb-error.ts';

/** The file of a store cannot be used. It is left as it is. */
export class FileError extends Error {
	readonly code: 'ERR_GATEKEEPER_FILE' | 'ERR_GATEKEEPER_FILE_DAMAGED' = 'ERR_GATEKEEPER_FILE';

	/** @param what what was found, and what to do: it follows the path */
	constructor(path: string, what: string, cause?: unknown) {
		super(`LocalStore cannot use ${path}: ${what}`, cause === undefined ? {} : {cause});
	}
}

/** There is something in the file that LMDB does not write. */
class DamagedFileError extends FileError {
	override readonly code = 'ERR_GATEKEEPER_FILE_DAMAGED';
}

/** Processes have not noticed yet that their file was replaced: what LMDB keeps in the lock file is about that one. */
export class StaleLockError extends FileError {
	constructor(path: string, lockFile: string) {
		super(
			path,
			`${lockFile} is about another file, which was replaced while processes used it. Stop them all, and start them ` +
				'again',
		);
	}
}

/** The error for a file of LMDB with something in it that LMDB does not write. */
export function damaged(path: string, what: string): FileError {
	return new DamagedFileError(
		path,
		`it is damaged (${what}). Restore it from a backup; or move it away, and a new one is made, without the ` +
			'bans and counts',
	);
}

/** The error for a file of LMDB that another program has made. */
export function ofAnotherProgram(path: string): FileError {
	return new FileError(
		path,
		'it is an LMDB file of another program, with other kinds of tables. Choose another `path`',
	);
}

/**
 * The error for what the system does not let this process do.
 *
 * @param name what this process may not read and write: the file, its directory or the lock file
 */
export function inaccessible(path: string, name: string, cause: unknown): FileError {
	if (cause instanceof FileError) {
		return cause;
	}

	const code = isError(cause) && 'code' in cause ? cause.code : undefined;
	if (code === 'EROFS') {
		const what = `${name} is on a read-only file system. Choose another \`path\``;
		return new FileError(path, what, cause);
	}

	if (code === 'EMFILE' || code === 'ENFILE') {
		const what = `this process may open no more files (${code}). Raise the limit (\`ulimit -n\`)`;
		return new FileError(path, what, cause);
	}

	if (isOutOfRoom(cause)) {
		const what = `there is no room for ${name} (${code}). Free some space, or choose another \`path\``;
		return new FileError(path, what, cause);
	}

	const user = 'the user of this process may not read and write';
	return code === 'EACCES' || code === 'EPERM'
		? new FileError(path, `${user} ${name} (${code}). Change its permissions, or the user`, cause)
		: new FileError(path, `${name} cannot be read and written (${String(cause)})`, cause);
}
