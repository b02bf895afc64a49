import {readSync} from 'node:fs';
import {DataFile} from './data-file.ts';
import {LITTLE_ENDIAN, numberAt} from './layout.ts';
import {descriptorOf, lockFileOf} from './lock-file.ts';
import {MAGIC} from './meta-page.ts';
import {newestSnapshot} from './snapshot.ts';

/** More transactions than others may write while this process looks. */
const MANY = 100;

/**
 * Whether a lock file is about another file, which was replaced. LMDB notes in it which snapshot is the newest.
 *
 * @returns false if either file is not there, or cannot be read: whoever opens it says why
 */
export function isLockOfAnother(path: string): boolean {
	let file: DataFile | undefined;
	try {
		file = new DataFile(path);
		const head = new DataView(new ArrayBuffer(16));
		readSync(descriptorOf(lockFileOf(path)), head, 0, head.byteLength, 0);
		const noted = head.getUint32(0, LITTLE_ENDIAN) === MAGIC ? numberAt(head, 8) : 0;

		return noted !== 0 && Math.abs(newestSnapshot(file).transaction - noted) > MANY;
	} catch {
		return false;
	} finally {
		file?.close();
	}
}
