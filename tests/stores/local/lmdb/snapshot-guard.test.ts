import {fork} from 'node:child_process';
import {once} from 'node:events';
import {openSync, readSync, renameSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {checkFile} from '../../../../source/stores/local/lmdb/check-file.ts';
import {DataFile} from '../../../../source/stores/local/lmdb/data-file.ts';
import {SnapshotGuard} from '../../../../source/stores/local/lmdb/snapshot-guard.ts';
import {Count} from '../../../support/lmdb/counting.ts';
import {type Database, openFile} from '../../../support/lmdb/lmdb-file.ts';
import {temporaryFolder} from '../../../support/lmdb/temporary-folder.ts';
import {runs} from '../../../support/runs.ts';

const key = Buffer.from('count');

function guarded(t: ExecutionContext): {path: string; database: Database; guard: SnapshotGuard} {
	const path = join(temporaryFolder(t), 'test.mdb');
	const database = openFile(path);
	const file = new DataFile(path);
	const guard = new SnapshotGuard(file);
	t.teardown(async () => {
		file.close();
		await database.close();
	});

	return {path, database, guard};
}

/** Writes a number of transactions. */
function write(database: Database, transactions: number): void {
	for (let count = 1; count <= transactions; count += 1) {
		database.putSync(key, Buffer.from(String(count)));
	}
}

/** Whether a transaction begins with the newest snapshot. */
function isNewest(database: Database, guard: SnapshotGuard): boolean {
	return database.transactionSync(() => guard.isNewest(database.getWriteTxnId()));
}

test('each transaction of one process begins with the newest snapshot', t => {
	const {database, guard} = guarded(t);
	for (let transaction = 0; transaction < 5; transaction += 1) {
		t.true(isNewest(database, guard));
		write(database, 1);
	}
});

for (const behind of [1, 2, 3]) {
	test(`a transaction that begins ${behind} behind is seen, and the next is not`, t => {
		const {path, database, guard} = guarded(t);
		write(database, 10);
		// As another process does that opens the file. It stays open: to close it would release LMDB's locks.
		const locks = openSync(`${path}-lock`, 'r+');
		const noted = Buffer.alloc(8);
		readSync(locks, noted, 0, 8, 8);
		noted.writeBigUInt64LE(noted.readBigUInt64LE() - BigInt(behind));
		writeSync(locks, noted, 0, 8, 8);

		t.false(isNewest(database, guard));
		t.true(isNewest(database, guard));
		t.is(String(database.get(key)), '10');
		write(database, 10);
		t.true(isNewest(database, guard));
		t.notThrows(() => checkFile(path));
	});
}

test('a process that has other locks than the others writes nothing', async t => {
	const {path, database, guard} = guarded(t);
	write(database, 10);
	renameSync(`${path}-lock`, `${path}-away`);
	t.is(await run(path, 'add', 10), 0);

	const begin = () => {
		while (!isNewest(database, guard)) {}
	};
	t.throws(begin, {
		code: 'ERR_GATEKEEPER_FILE',
		message: /test\.mdb-lock has been removed or replaced while it was in use.* Stop them all/,
	});
});

test('nothing that several processes write is lost while others open the file again and again', async t => {
	const path = join(temporaryFolder(t), 'test.mdb');
	const count = new Count(path);
	t.teardown(() => count.close());
	count.add(0);
	const added = runs(4000);
	const opened = runs(120);
	const ended = [
		...[run(path, 'add', added), run(path, 'add', added)],
		...[run(path, 'open', opened), run(path, 'open', opened)],
	];

	t.deepEqual(await Promise.all(ended), [0, 0, 0, 0]);
	t.is(count.add(0), 2 * added);
	t.notThrows(() => checkFile(path));
});

/** Runs a process that does something a number of times, and returns its exit code. */
async function run(path: string, what: 'add' | 'open', times: number): Promise<number> {
	const script = new URL('../../../support/lmdb/counter.js', import.meta.url);
	const [exitCode] = await once(fork(script, [path, what, String(times)]), 'exit');

	return exitCode;
}
