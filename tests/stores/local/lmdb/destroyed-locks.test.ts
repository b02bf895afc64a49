import {execFileSync} from 'node:child_process';
import {chmodSync, openSync, readdirSync, readSync} from 'node:fs';
import {constants} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {withSoundLocks} from '../../../../source/stores/local/lmdb/destroyed-locks.ts';
import {destroyLocks} from '../../../support/lmdb/destroy-locks.ts';
import {type Database, openFile} from '../../../support/lmdb/lmdb-file.ts';
import {temporaryFolder} from '../../../support/lmdb/temporary-folder.ts';

interface Opened {
	readonly folder: string;
	readonly path: string;
	readonly database: Database;
	/** The bytes of the lock file. */
	read(): Buffer;
}

function opened(t: ExecutionContext): Opened {
	const folder = temporaryFolder(t);
	const path = join(folder, 'test.mdb');
	const database = openFile(path);
	t.teardown(() => database.close());
	// It stays open: to close it would release LMDB's locks.
	const locks = openSync(`${path}-lock`, 'r');
	const read = () => {
		const bytes = Buffer.alloc(16 * 1024);
		readSync(locks, bytes, 0, bytes.length, 0);
		return bytes;
	};

	return {folder, path, database, read};
}

/** Fails so many times as LMDB does without a lock, and then returns how often it was called. */
function failing(times: number): () => number {
	let calls = 0;

	return () => {
		calls += 1;
		if (calls <= times) {
			throw Object.assign(new Error(`Invalid argument, ${calls}`), {code: constants.errno.EINVAL});
		}

		return calls;
	};
}

test('the locks are as they were before they were destroyed, also one that is held', t => {
	const {folder, path, database, read} = opened(t);
	const names = readdirSync(folder);
	database.transactionSync(() => {
		const held = read();
		destroyLocks(path);
		t.notDeepEqual(read(), held);

		t.is(withSoundLocks(path, failing(1)), 2);
		t.deepEqual(read(), held);
	});
	t.deepEqual(readdirSync(folder), names);
	t.notThrows(() => database.transactionSync(() => {}));
});

test('locks that another process has mended meanwhile are left alone, and the file is opened once more', t => {
	const {path, read} = opened(t);
	const sound = read();

	t.is(withSoundLocks(path, failing(1)), 2);
	t.deepEqual(read(), sound);
});

test('a file that cannot be opened after that is an error', t => {
	const {path} = opened(t);

	t.throws(() => withSoundLocks(path, failing(2)), {message: 'Invalid argument, 2'});
});

test('where locks cannot be mended, the first error is thrown', t => {
	const missing = join(temporaryFolder(t), 'missing', 'test.mdb');

	t.throws(() => withSoundLocks(missing, failing(1)), {message: 'Invalid argument, 1'});
});

test('after another error, the file is not opened again', t => {
	const {path} = opened(t);
	let calls = 0;
	const open = () => {
		calls += 1;
		throw new Error('The disk is full');
	};

	t.throws(() => withSoundLocks(path, open), {message: 'The disk is full'});
	t.is(calls, 1);
});

test('locks are mended in a directory to which the user may not write, too', async t => {
	const folder = temporaryFolder(t);
	const path = join(folder, 'test.mdb');
	await openFile(path).close();
	for (const [name, mode] of [
		[path, 0o666],
		[`${path}-lock`, 0o666],
		[folder, 0o555],
	] as const) {
		chmodSync(name, mode);
	}

	const script = fileURLToPath(new URL('../../../support/lmdb/mend-as-nobody.js', import.meta.url));
	const printed = execFileSync(process.execPath, [script, path], {encoding: 'utf8'});
	chmodSync(folder, 0o755);
	t.deepEqual(JSON.parse(printed), {wereDestroyed: true, areAsBefore: true, calls: 2});
});
