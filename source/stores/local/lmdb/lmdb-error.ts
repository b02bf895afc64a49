import {constants} from 'node:os';
import {isError} from '../../../checks/is-error.ts';

const {EINVAL, ENOSPC, EDQUOT, EFBIG, EIO} = constants.errno;

/**
 * Numbers of errors after which the file is as it was, and can be used: no space on the disk, a quota, a limit on the
 * size of files. LMDB makes EIO of a write that had room for a part only.
 */
const NO_ROOM: ReadonlySet<unknown> = new Set([ENOSPC, EDQUOT, EFBIG, EIO]);

const NAMES: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Whether LMDB has thrown this. Its errors have numbers. */
export function isOfLmdb(thrown: unknown): boolean {
	return typeof codeOf(thrown) === 'number';
}

/** Whether there was no room for what was to be written, as LMDB or Node.js says it. */
export function isOutOfRoom(thrown: unknown): boolean {
	const code = codeOf(thrown);
	return NO_ROOM.has(code) || (typeof code === 'string' && NAMES.has(code));
}

/** Whether LMDB may have thrown this because its locks are of no use. */
export function mayBeOfLock(thrown: unknown): boolean {
	return codeOf(thrown) === EINVAL;
}

function codeOf(thrown: unknown): unknown {
	return isError(thrown) && 'code' in thrown ? thrown.code : undefined;
}
