import {randomBytes} from 'node:crypto';
import {dirname, join} from 'node:path';

/** As LMDB makes its files. */
export const FILE_MODE = 0o664;

/** A name that nobody uses in the directory of a file. A process that is killed leaves there what it has begun. */
export function draftBeside(path: string): string {
	return join(dirname(path), `.gatekeeper-${randomBytes(8).toString('hex')}`);
}
