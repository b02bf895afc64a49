import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {open} from 'lmdb';
import {checkFile} from '../../../../source/stores/local/lmdb/check-file.ts';
import {metaFields, newestMeta, PAGE} from '../../../support/lmdb/file-layout.ts';
import {changeRecords, numbersFrom, openFile} from '../../../support/lmdb/lmdb-file.ts';
import {temporaryFolder} from '../../../support/lmdb/temporary-folder.ts';

const code = 'ERR_GATEKEEPER_FILE';

async function soundFile(t: ExecutionContext): Promise<string> {
	const path = join(temporaryFolder(t), 'sound.mdb');
	const database = openFile(path);
	changeRecords(database, numbersFrom(1), {keys: 1000, changes: 1000});
	changeRecords(database, numbersFrom(2), {keys: 1000, changes: 1000});
	await database.close();

	return path;
}

/**
 * Changes a sound file, and refuses it for the reason that is given, before LMDB opens it.
 *
 * @param change may return a part of the file, which replaces it
 */
async function refuses(
	t: ExecutionContext,
	change: (bytes: Buffer) => unknown,
	message: RegExp,
): Promise<void> {
	const path = await soundFile(t);
	const bytes = readFileSync(path);
	const changed = change(bytes);
	const written = Buffer.isBuffer(changed) ? changed : bytes;
	writeFileSync(path, written);

	t.throws(() => checkFile(path), {message});
	t.true(readFileSync(path).equals(written), 'it is not changed');
}

test('an empty file is refused', t => {
	const path = join(temporaryFolder(t), 'test.mdb');
	writeFileSync(path, '');

	t.throws(() => checkFile(path), {
		code,
		message: `LocalStore cannot use ${path}: it is empty. Remove it, and a new one is made`,
	});
});

const ofAnotherProgram = /: it is a file of another program\. Choose another `path`$/;
for (const text of ['x', 'a short text', '{"json": true}'.repeat(1000)]) {
	test(`the file of another program is refused (${text.length} bytes)`, t => {
		const path = join(temporaryFolder(t), 'test.mdb');
		writeFileSync(path, text);

		t.throws(() => checkFile(path), {code, message: ofAnotherProgram});
	});
}

test('a file with other first bytes is that of another program', async t => {
	await refuses(t, bytes => bytes.writeUInt32LE(0xdead, metaFields.magic), ofAnotherProgram);
});

test('an LMDB file of another version is refused, also of one with another layout', async t => {
	const later = /it is an LMDB file of data version 3, where version 2 is needed\. Choose another/;
	await refuses(t, bytes => bytes.writeUInt32LE(3, metaFields.version), later);

	const earlier = /it is an LMDB file of data version 1 with shorter headers, where version 2/;
	const move = (bytes: Buffer) => {
		bytes.copyWithin(16, metaFields.magic, 200);
		bytes.writeUInt32LE(1, 20);
		bytes.writeUInt32LE(0, metaFields.magic);
	};
	await refuses(t, move, earlier);
});

for (const [title, options] of [
	['keys have several values', {dupSort: true}],
	['is encrypted', {encryptionKey: 'x'.repeat(32)}],
] as const) {
	test(`an LMDB file is refused that ${title}`, async t => {
		const path = join(temporaryFolder(t), 'test.mdb');
		const database = open({path, noSubdir: true, ...options});
		await database.put('a', 'b');
		await database.close();

		t.throws(() => checkFile(path), {
			code,
			message: /: it is an LMDB file of another program, with other kinds of tables\. Choose/,
		});
	});
}

test('an LMDB file with several tables is refused', async t => {
	const path = join(temporaryFolder(t), 'test.mdb');
	const database = open({path, noSubdir: true});
	await database.openDB('table', {}).put('a', 'b');
	await database.close();

	t.throws(() => checkFile(path), {
		code,
		message: /is an LMDB file of another program, with other kinds of tables/,
	});
});

const damages: ReadonlyArray<[title: string, (bytes: Buffer) => unknown, RegExp]> = [
	[
		'the first page is not a meta page',
		bytes => bytes.writeUInt16LE(2, metaFields.flags),
		/first page is not a/,
	],
	[
		'pages have no size',
		bytes => bytes.writeUInt32LE(0, metaFields.pageSize),
		/first page is not a meta/,
	],
	[
		'pages have an odd size',
		bytes => bytes.writeUInt32LE(5000, metaFields.pageSize),
		/first page is not/,
	],
	[
		'pages have another size',
		bytes => bytes.writeUInt32LE(512, metaFields.pageSize),
		/second page is not/,
	],
	[
		'the second page is zeros',
		bytes => bytes.fill(0, PAGE, 2 * PAGE),
		/second page is not a meta page/,
	],
	[
		'the second page has another size',
		bytes => bytes.writeUInt32LE(8192, PAGE + metaFields.pageSize),
		/second page/,
	],
	[
		'a meta page is of a transaction that writes the other one',
		bytes => bytes.writeUInt32LE(1001, metaFields.transaction),
		/meta pages are of the transactions 1001 and/,
	],
	[
		'the last transaction has an impossible number',
		bytes => bytes.writeUInt32LE(2 ** 30, newestMeta(bytes) + metaFields.transaction + 4),
		/meta pages are of the transactions/,
	],
	[
		'there is no last page',
		bytes => bytes.writeUInt32LE(0, newestMeta(bytes) + metaFields.lastPage),
		/last page is said to be page 0/,
	],
	[
		'there are too many pages',
		bytes => bytes.writeUInt32LE(2 ** 30, newestMeta(bytes) + metaFields.lastPage),
		/last page is said to be page 1073741824/,
	],
	[
		'the root is behind the last page',
		bytes => bytes.writeUInt32LE(2 ** 20, newestMeta(bytes) + metaFields.dataRoot),
		/the root of a tree of 2 levels is said to be page 1048576/,
	],
	[
		'the root is a meta page',
		bytes => bytes.writeUInt32LE(1, newestMeta(bytes) + metaFields.freeListRoot),
		/the root of a tree of 1 levels is said to be page 1\)/,
	],
	[
		'a tree with a root has no levels',
		bytes => bytes.writeUInt16LE(0, newestMeta(bytes) + metaFields.dataDepth),
		/the root of a tree of 0 levels/,
	],
	[
		'a tree has more levels than LMDB can walk',
		bytes => bytes.writeUInt16LE(33, newestMeta(bytes) + metaFields.dataDepth),
		/the root of a tree of 33 levels/,
	],
];

for (const [title, change, message] of damages) {
	test(`a file is damaged if ${title}`, async t => {
		await refuses(t, change, message);
	});
}

test('the error for a damaged file says what to do', async t => {
	const message =
		/: it is damaged \(.*\)\. Restore it from a backup; or move it away, and a new one is made, without the bans and counts$/;
	await refuses(t, bytes => bytes.fill(0, PAGE, 2 * PAGE), message);
});

test('a file is damaged if it ends before the pages that are in use', async t => {
	await refuses(t, bytes => bytes.subarray(0, PAGE), /second page is not a meta page/);
	await refuses(
		t,
		bytes => bytes.subarray(0, 2 * PAGE),
		/it ends before page \d+, which is in use/,
	);
});
