import {readFileSync} from 'node:fs';
import {constants} from 'node:os';
import {withSoundLocks} from '../../../source/stores/local/lmdb/destroyed-locks.ts';
import {loadLmdb} from '../../../source/stores/local/lmdb/load-lmdb.ts';
import {destroyLocks} from './destroy-locks.ts';
import {openFile} from './lmdb-file.ts';

/*
 * A process that mends destroyed locks in a directory that its user may not write to, and prints whether they are as
 * before.
 */

const [, , path = ''] = process.argv;
const locks = () => readFileSync(`${path}-lock`).toString('latin1');
// The other user may not read where the package is.
loadLmdb();
if (process.getuid?.() === 0) {
	process.setgroups?.([]);
	process.setgid?.(65_534);
	process.setuid?.(65_534);
}

openFile(path);
const sound = locks();
destroyLocks(path);
const wereDestroyed = locks() !== sound;
let calls = 0;
withSoundLocks(path, () => {
	calls += 1;
	if (calls === 1) {
		throw Object.assign(new Error('Invalid argument'), {code: constants.errno.EINVAL});
	}
});
console.log(JSON.stringify({wereDestroyed, areAsBefore: locks() === sound, calls}));
process.exit();
