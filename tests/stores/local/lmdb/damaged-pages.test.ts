import test from 'ava';
import {add, type Damage, pageFields, refuses} from '../../../support/lmdb/damages.ts';
import {metaNumber, nodeAt, PAGE} from '../../../support/lmdb/file-layout.ts';

const damages: readonly Damage[] = [
	[
		'a page has the number of another one',
		(bytes, {leaf}) => add(bytes, leaf, 1),
		/page \d+ has the number of an/,
	],
	[
		'a page is of a kind that there is not',
		(bytes, {leaf}) => add(bytes, leaf + pageFields.flags, 8),
		/of another kind/,
	],
	[
		'a leaf stands where a branch should',
		(bytes, {root}) => bytes.writeUInt16LE(2, root + pageFields.flags),
		/of another kind/,
	],
	[
		'a branch stands where a leaf should',
		(bytes, {leaf}) => bytes.writeUInt16LE(1, leaf + pageFields.flags),
		/of another kind/,
	],
	[
		'a page is of a transaction that has not been',
		(bytes, {leaf}) =>
			bytes.writeUInt32LE(metaNumber(bytes, 'transaction') + 1, leaf + pageFields.transaction),
		/page \d+ is of a later transaction/,
	],
	[
		'a page is empty',
		(bytes, {leaf}) => bytes.fill(0, leaf, leaf + PAGE),
		/has the number of another one/,
	],
	[
		'the lower bound is odd',
		(bytes, {leaf}) => add(bytes, leaf + pageFields.lower, 1),
		/free space out of bounds/,
	],
	[
		'the upper bound is odd',
		(bytes, {leaf}) => add(bytes, leaf + pageFields.upper, 1),
		/free space out of bounds/,
	],
	[
		'the bounds cross',
		(bytes, {leaf}) => bytes.writeUInt16LE(4000, leaf + pageFields.lower),
		/free space out of bounds/,
	],
	[
		'the upper bound is outside',
		(bytes, {leaf}) => bytes.writeUInt16LE(PAGE - 22, leaf + pageFields.upper),
		/free space out/,
	],
	[
		'a page has one node too many',
		(bytes, {leaf}) => add(bytes, leaf + pageFields.lower, 2),
		/page \d+ has nodes/,
	],
	[
		'a page has one node too few',
		(bytes, {leaf}) => add(bytes, leaf + pageFields.lower, -2),
		/has nodes that overlap/,
	],
	[
		'a page has no node',
		(bytes, {leaf}) => {
			bytes.writeUInt16LE(0, leaf + pageFields.lower);
			bytes.writeUInt16LE(PAGE - 24, leaf + pageFields.upper);
		},
		/has too few nodes/,
	],
	[
		'a branch has one node',
		(bytes, {branch}) => {
			const size = 8 + bytes.readUInt16LE(nodeAt(bytes, branch, 0) + 6);
			bytes.copy(
				bytes,
				branch + PAGE - size,
				nodeAt(bytes, branch, 0),
				nodeAt(bytes, branch, 0) + size,
			);
			bytes.writeUInt16LE(2, branch + pageFields.lower);
			bytes.writeUInt16LE(PAGE - 24 - size, branch + pageFields.upper);
			bytes.writeUInt16LE(PAGE - 24 - size, branch + 24);
		},
		/has too few nodes/,
	],
	[
		'a node is outside',
		(bytes, {leaf}) => bytes.writeUInt16LE(PAGE - 26, leaf + 24),
		/has nodes out of bounds/,
	],
	[
		'a node is in the free space',
		(bytes, {leaf}) => bytes.writeUInt16LE(20, leaf + 24),
		/has nodes out of bounds/,
	],
	[
		'a node is at an odd place',
		(bytes, {leaf}) => add(bytes, leaf + 24, 1),
		/has nodes out of bounds/,
	],
	[
		'two nodes are one',
		(bytes, {leaf}) => bytes.copy(bytes, leaf + 24, leaf + 26, leaf + 28),
		/has nodes that overlap/,
	],
	[
		'a key is too long',
		(bytes, {leaf}) => bytes.writeUInt16LE(2000, nodeAt(bytes, leaf, 0) + 6),
		/of impossible sizes/,
	],
	[
		'a key has no length',
		(bytes, {leaf}) => bytes.writeUInt16LE(0, nodeAt(bytes, leaf, 0) + 6),
		/of impossible sizes/,
	],
	[
		'a key is longer than its node',
		(bytes, {leaf}) => add(bytes, nodeAt(bytes, leaf, 0) + 6, 2),
		/has nodes (that overlap|of impossible sizes)/,
	],
	[
		'a value is too long',
		(bytes, {leaf}) => add(bytes, nodeAt(bytes, leaf, 0), 3000),
		/of impossible sizes/,
	],
	[
		'a value is far too long',
		(bytes, {leaf}) => add(bytes, nodeAt(bytes, leaf, 0) + 2, 1),
		/of impossible sizes/,
	],
];

for (const [title, change, found] of damages) {
	test(`a file is damaged if ${title}`, async t => {
		await refuses(t, change, found);
	});
}
