import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {checkFile} from '../../../../source/stores/local/lmdb/check-file.ts';
import {add, type Damage, refuses, soundBytes} from '../../../support/lmdb/damages.ts';
import {metaFields, nodeAt, nodeCount, PAGE, pagesOf} from '../../../support/lmdb/file-layout.ts';
import {temporaryFolder} from '../../../support/lmdb/temporary-folder.ts';

const damages: readonly Damage[] = [
	[
		'two keys are out of order',
		(bytes, {leaf}) => {
			const [first, second] = [bytes.readUInt16LE(leaf + 24), bytes.readUInt16LE(leaf + 26)];
			bytes.writeUInt16LE(second, leaf + 24);
			bytes.writeUInt16LE(first, leaf + 26);
		},
		/has keys that are out of order/,
	],
	[
		'a key belongs before its page',
		(bytes, {leaf}) => bytes.fill(0, nodeAt(bytes, leaf, 0) + 8, nodeAt(bytes, leaf, 0) + 9),
		/out of order/,
	],
	[
		'a key belongs behind its page',
		(bytes, {leaf}) => {
			const last = nodeAt(bytes, leaf, nodeCount(bytes, leaf) - 1);
			bytes.fill(255, last + 8, last + 9);
		},
		/out of order/,
	],
	[
		'the keys of a branch are out of order',
		(bytes, {branch}) =>
			bytes.fill(255, nodeAt(bytes, branch, 1) + 8, nodeAt(bytes, branch, 1) + 9),
		/out of order/,
	],
	[
		'a page of another place has its number',
		(bytes, {leaf, nextLeaf}) => {
			bytes.copy(bytes, leaf + 8, nextLeaf + 8, nextLeaf + PAGE);
		},
		/out of order/,
	],
	[
		'a child is reached twice',
		(bytes, {branch}) =>
			bytes.copy(
				bytes,
				nodeAt(bytes, branch, 0),
				nodeAt(bytes, branch, 1),
				nodeAt(bytes, branch, 1) + 4,
			),
		/page \d+ is named twice/,
	],
	[
		'a tree has a circle',
		(bytes, {root, branch}) => bytes.writeUInt32LE(root / PAGE, nodeAt(bytes, branch, 0)),
		/is named twice/,
	],
	[
		'a child is a meta page',
		(bytes, {branch}) => bytes.writeUInt32LE(1, nodeAt(bytes, branch, 0)),
		/page 1 is named twice/,
	],
	[
		'a child is behind the last page',
		(bytes, {branch}) => bytes.writeUInt32LE(2 ** 31, nodeAt(bytes, branch, 0)),
		/page 2147483648/,
	],
	[
		'a child has a number of more than four bytes',
		(bytes, {branch}) => bytes.writeUInt16LE(1, nodeAt(bytes, branch, 0) + 4),
		/and page \d+ is said to be the last/,
	],
	[
		'a branch has more levels below than the tree',
		(bytes, {meta}) => add(bytes, meta + metaFields.dataDepth, -1),
		/of another kind/,
	],
	[
		'a branch has fewer levels below than the tree',
		(bytes, {meta}) => add(bytes, meta + metaFields.dataDepth, 1),
		/of another kind/,
	],
	[
		'there are fewer leaves than the header says',
		(bytes, {meta}) => add(bytes, meta + metaFields.dataLeafPages, 1),
		/a tree has .* leaves/,
	],
	[
		'there are fewer records than the header says',
		(bytes, {meta}) => add(bytes, meta + metaFields.dataEntries, 1),
		/a tree has .* records/,
	],
	[
		'the last page is one before those in use',
		(bytes, {meta}) => {
			const inUse = Object.values(pagesOf(bytes, 'dataRoot')).flat();
			bytes.writeUInt32LE(Math.max(...inUse) / PAGE - 1, meta + metaFields.lastPage);
		},
		/it names page \d+, and page \d+ is said to be the last/,
	],
];

for (const [title, change, found] of damages) {
	test(`a file is damaged if ${title}`, async t => {
		await refuses(t, change, found);
	});
}

test('a file is damaged if it ends before its pages do, wherever that is', async t => {
	const sound = await soundBytes();
	const path = join(temporaryFolder(t), 'test.mdb');
	const needed = Math.max(...Object.values(pagesOf(sound, 'dataRoot')).flat());
	for (let length = sound.length; length > 0; length -= 100_007) {
		writeFileSync(path, sound.subarray(0, length));
		if (length <= needed) {
			t.throws(() => checkFile(path), {
				code: 'ERR_GATEKEEPER_FILE_DAMAGED',
				message: /it ends (before|after) page \d+|second page/,
			});
		}
	}
});
