import {fork} from 'node:child_process';
import {once} from 'node:events';
import {copyFileSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {checkFile} from '../../../../source/stores/local/lmdb/check-file.ts';
import {metaNumber, PAGE} from '../../../support/lmdb/file-layout.ts';
import {
	changeRecords,
	type Database,
	numbersFrom,
	openFile,
} from '../../../support/lmdb/lmdb-file.ts';
import {temporaryFolder} from '../../../support/lmdb/temporary-folder.ts';
import {runs} from '../../../support/runs.ts';

/** A file that is open as long as the test runs. */
function file(t: ExecutionContext, pageSize?: number): {path: string; database: Database} {
	const path = join(temporaryFolder(t), 'test.mdb');
	const database = openFile(path, pageSize === undefined ? {} : {pageSize});
	t.teardown(() => database.close());

	return {path, database};
}

test('a file is accepted when it is new, with one record, and when that is removed', t => {
	const {path, database} = file(t);
	const key = Buffer.from('a');

	t.notThrows(() => checkFile(path));
	database.putSync(key, Buffer.from('b'));
	t.notThrows(() => checkFile(path));
	database.removeSync(key);
	t.notThrows(() => checkFile(path));
});

test('a file of 50,000 records of all sizes is accepted, before and after most are removed', t => {
	const {path, database} = file(t);
	const below = numbersFrom(1);
	const sizes = [0, 1, 2, 50, 300, 1900, 2100, 9000];
	const keys = Array.from({length: 50_000}, (_, index) =>
		Buffer.from(`${below(2 ** 31).toString(36)}:${index}`.padEnd(below(200), 'x')),
	);
	database.transactionSync(() => {
		for (const key of keys) {
			database.putSync(key, Buffer.alloc(below(10) === 0 ? (sizes[below(8)] ?? 0) : below(200), 1));
		}
	});
	t.notThrows(() => checkFile(path));

	for (let from = 0; from < keys.length; from += 1000) {
		database.transactionSync(() => {
			for (const key of keys.slice(from, from + 990)) {
				database.removeSync(key);
			}
		});
	}

	t.true(metaNumber(readFileSync(path), 'freeListOverflowPages') > 0);
	t.notThrows(() => checkFile(path));
	changeRecords(database, below, {keys: 1000, changes: 1000});
	t.notThrows(() => checkFile(path));
});

for (const pageSize of [PAGE, 16 * 1024]) {
	test(`a file of pages of ${pageSize} bytes is accepted after each transaction`, t => {
		const {path, database} = file(t, pageSize);
		const below = numbersFrom(pageSize);

		for (let round = 0; round < runs(200); round += 1) {
			changeRecords(database, below, {keys: 2000, changes: below(200)});
			t.notThrows(() => checkFile(path), `after transaction ${round}`);
		}
	});
}

test('a file is accepted in a write transaction that has changed something', t => {
	const {path, database} = file(t);
	changeRecords(database, numbersFrom(2), {keys: 2000, changes: 2000});

	database.transactionSync(() => {
		database.removeSync(Buffer.from('c:1'));
		database.putSync(Buffer.from('c:2'), Buffer.alloc(20_000));
		t.notThrows(() => checkFile(path));
	});
});

test('a file is accepted that is shorter than its header says, by pages that are free', t => {
	const {path, database} = file(t);
	const keys = Array.from({length: 50}, (_, index) => Buffer.from(`large:${index}`));
	changeRecords(database, numbersFrom(3), {keys: 500, changes: 500});
	changeRecords(database, numbersFrom(4), {keys: 500, changes: 500});
	database.transactionSync(() => {
		for (const key of keys) {
			database.putSync(key, Buffer.alloc(100_000));
		}

		for (const key of keys) {
			database.removeSync(key);
		}
	});

	t.true(statSync(path).size < (metaNumber(readFileSync(path), 'lastPage') + 1) * PAGE);
	t.notThrows(() => checkFile(path));
});

test('what is behind the last page does not matter: a process may have died before it was in use', t => {
	const {path, database} = file(t);
	database.putSync(Buffer.from('a'), Buffer.from('b'));
	writeFileSync(path, Buffer.alloc(3 * PAGE + 100, 7), {flag: 'a'});

	t.notThrows(() => checkFile(path));
});

test('a file is accepted after each of many kills of a process that writes into it', async t => {
	const folder = temporaryFolder(t);
	const path = join(folder, 'test.mdb');
	const copy = join(folder, 'copy.mdb');
	const script = new URL('../../../support/lmdb/writer.js', import.meta.url);
	for (let round = 0; round < runs(20); round += 1) {
		const child = fork(script, [path, String(round)]);
		await once(child, 'message');
		await setTimeout(Math.random() * 30);
		const ended = once(child, 'exit');
		child.kill('SIGKILL');
		await ended;

		copyFileSync(path, copy);
		t.notThrows(() => checkFile(copy), `in round ${round}`);
		rmSync(copy);
	}

	const database = openFile(path);
	t.notThrows(() => changeRecords(database, numbersFrom(0), {keys: 3000, changes: 3000}));
	await database.close();
	t.notThrows(() => checkFile(path));
});
