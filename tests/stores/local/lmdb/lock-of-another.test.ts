import {copyFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {isLockOfAnother} from '../../../../source/stores/local/lmdb/lock-of-another.ts';
import {openFile} from '../../../support/lmdb/lmdb-file.ts';
import {temporaryFolder} from '../../../support/lmdb/temporary-folder.ts';

/** A file with so many transactions, in use. */
function used(t: ExecutionContext, transactions: number): string {
	const path = join(temporaryFolder(t), 'test.mdb');
	const database = openFile(path);
	t.teardown(() => database.close());
	for (let transaction = 0; transaction < transactions; transaction += 1) {
		database.putSync(Buffer.from('key'), Buffer.from(String(transaction)));
	}

	return path;
}

test('the lock file of a file is about that', t => {
	const path = used(t, 500);

	t.false(isLockOfAnother(path));
});

test('the lock file of a file that was replaced is about another one', t => {
	const path = used(t, 500);
	const other = used(t, 2);
	rmSync(path);
	copyFileSync(other, path);

	t.true(isLockOfAnother(path));
});

test('a lock file that nobody has used, and one that is none, are about no other file', t => {
	const path = used(t, 500);
	const lock = `${path}-lock`;
	rmSync(lock);
	t.false(isLockOfAnother(path));
	writeFileSync(lock, Buffer.alloc(16 * 1024));
	t.false(isLockOfAnother(path));
	writeFileSync(lock, 'no lock file at all');
	t.false(isLockOfAnother(path));
	rmSync(path);
	t.false(isLockOfAnother(path));
});
