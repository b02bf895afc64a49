import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {checkFile} from '../../../../source/stores/local/lmdb/check-file.ts';
import {
	add,
	type Damage,
	freePagesAt,
	pageFields,
	placesIn,
	refuses,
	soundBytes,
} from '../../../support/lmdb/damages.ts';
import {bigValue, nodeAt, nodeCount, PAGE, pagesOf} from '../../../support/lmdb/file-layout.ts';
import {temporaryFolder} from '../../../support/lmdb/temporary-folder.ts';

const damages: readonly Damage[] = [
	[
		'a large value has no pages',
		bytes => bytes.writeUInt32LE(0, bigValue(bytes).place + 16),
		/a value of \d+ bytes is said to have 0 pages/,
	],
	[
		'a large value has too few pages',
		bytes => bytes.writeUInt32LE(2 ** 31, bigValue(bytes).node),
		/a value of \d+ bytes is said to have/,
	],
	[
		'a large value has too many pages',
		bytes => bytes.writeUInt32LE(2 ** 20, bigValue(bytes).place + 16),
		/page \d+/,
	],
	[
		'a large value is of a later transaction',
		bytes => bytes.writeUInt32LE(2 ** 20, bigValue(bytes).place + 8),
		/is said to have/,
	],
	[
		'a large value is on pages of another one',
		bytes => add(bytes, bigValue(bytes).place, 1),
		/page \d+ is (named twice|not the first)/,
	],
	[
		'a large value is no large value',
		bytes => {
			const page = bytes.readUInt32LE(bigValue(bytes).place) * PAGE;
			bytes.writeUInt16LE(2, page + pageFields.flags);
		},
		/page \d+ is not the first of a value of 2 pages/,
	],
	[
		'a list of free pages is longer than its value',
		bytes => bytes.writeUInt32LE(5000, freePagesAt(bytes)),
		/a list of 5000 free pages has/,
	],
	[
		'a list of free pages has a page that is in use',
		bytes => bytes.writeBigUInt64LE(BigInt(placesIn(bytes).leaf / PAGE), freePagesAt(bytes) + 8),
		/page \d+ is named twice|break|none/,
	],
	[
		'a list of free pages has a meta page',
		bytes => bytes.writeBigUInt64LE(1n, freePagesAt(bytes) + 8),
		/page 1 is named twice/,
	],
	[
		'a list of free pages has a page that is not there',
		bytes => bytes.writeBigUInt64LE(2n ** 30n, freePagesAt(bytes) + 8),
		/names page 1073741824/,
	],
	[
		'a list of free pages has an invalid entry',
		bytes => bytes.writeBigUInt64LE(2n ** 40n, freePagesAt(bytes) + 8),
		/has invalid entries/,
	],
	[
		'a list of free pages breaks off',
		bytes => {
			bytes.writeBigUInt64LE(1n, freePagesAt(bytes));
			bytes.writeBigInt64LE(-2n, freePagesAt(bytes) + 8);
		},
		/breaks off/,
	],
	[
		'free pages are of a transaction that has not been',
		bytes => {
			const leaf = pagesOf(bytes, 'freeListRoot').leaves.at(-1) ?? 0;
			bytes.writeUInt32LE(2 ** 30, nodeAt(bytes, leaf, nodeCount(bytes, leaf) - 1) + 8);
		},
		/is of no transaction/,
	],
	[
		'free pages are of no transaction',
		(bytes, {freeList}) => bytes.writeBigUInt64LE(0n, nodeAt(bytes, freeList, 0) + 8),
		/is of no transaction/,
	],
];

for (const [title, change, found] of damages) {
	test(`a file is damaged if ${title}`, async t => {
		await refuses(t, change, found);
	});
}

test('a value that has been overwritten is not seen', async t => {
	const path = join(temporaryFolder(t), 'test.mdb');
	const bytes = await soundBytes();
	const {leaf} = placesIn(bytes);
	const node = nodeAt(bytes, leaf, 0);
	bytes.fill(
		7,
		node + 8 + bytes.readUInt16LE(node + 6),
		node + 8 + bytes.readUInt16LE(node + 6) + 100,
	);
	writeFileSync(path, bytes);

	t.notThrows(() => checkFile(path));
});
