import {checkFile} from '../../../source/stores/local/lmdb/check-file.ts';
import {makeLockFile} from '../../../source/stores/local/lmdb/make-lock-file.ts';

/*
 * A process that prints the error for a path that its user may not use. Root may read and write all files: it becomes
 * another user, when all modules are loaded.
 */

const [, , path = '', user = 'nobody'] = process.argv;
if (user === 'nobody' && process.getuid?.() === 0) {
	process.setgroups?.([]);
	process.setgid?.(65_534);
	process.setuid?.(65_534);
}

try {
	checkFile(path);
	makeLockFile(path);
	console.log('{}');
} catch (error) {
	const {message, code} = error as {message: string; code: string};
	console.log(JSON.stringify({message, code}));
}
