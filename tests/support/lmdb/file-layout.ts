import {endianness} from 'node:os';

/*
 * What tests know of LMDB's file, found without the code that they test. Pages have 4 KB, as on most machines.
 */

export const PAGE = 4096;
const HEADER = 24;
const NO_ROOT = 2n ** 64n - 1n;

if (endianness() !== 'LE') {
	throw new Error('These tests write numbers as little-endian machines do');
}

/** Where fields of a meta page are. */
export const metaFields = {
	flags: 18,
	magic: HEADER,
	version: HEADER + 4,
	pageSize: HEADER + 24,
	freeListFlags: HEADER + 28,
	freeListOverflowPages: HEADER + 48,
	freeListRoot: HEADER + 64,
	dataFlags: HEADER + 76,
	dataDepth: HEADER + 78,
	dataLeafPages: HEADER + 88,
	dataEntries: HEADER + 104,
	dataRoot: HEADER + 112,
	lastPage: HEADER + 120,
	transaction: HEADER + 128,
} as const;

/** Where the newest meta page begins. */
export function newestMeta(bytes: Buffer): number {
	const [first, second] = [0, PAGE].map(at => bytes.readBigUInt64LE(at + metaFields.transaction));

	return first !== undefined && second !== undefined && second > first ? PAGE : 0;
}

export function metaNumber(bytes: Buffer, field: keyof typeof metaFields): number {
	return Number(bytes.readBigUInt64LE(newestMeta(bytes) + metaFields[field]));
}

interface Pages {
	readonly branches: number[];
	readonly leaves: number[];
}

/** Where the pages of a tree begin, in the order of their keys. */
export function pagesOf(bytes: Buffer, tree: 'dataRoot' | 'freeListRoot'): Pages {
	const pages: Pages = {branches: [], leaves: []};
	const root = bytes.readBigUInt64LE(newestMeta(bytes) + metaFields[tree]);
	if (root !== NO_ROOT) {
		addPages(bytes, Number(root) * PAGE, pages);
	}

	return pages;
}

function addPages(bytes: Buffer, page: number, {branches, leaves}: Pages): void {
	if (bytes.readUInt16LE(page + 18) !== 1) {
		leaves.push(page);
		return;
	}

	branches.push(page);
	for (let index = 0; index < nodeCount(bytes, page); index += 1) {
		addPages(bytes, bytes.readUInt32LE(nodeAt(bytes, page, index)) * PAGE, {branches, leaves});
	}
}

/** Where a node of a page is. */
export function nodeAt(bytes: Buffer, page: number, index: number): number {
	return page + HEADER + bytes.readUInt16LE(page + HEADER + 2 * index);
}

export function nodeCount(bytes: Buffer, page: number): number {
	return bytes.readUInt16LE(page + 20) / 2;
}

/** Where the first node is whose value has pages of its own, and where it names the first of them. */
export function bigValue(bytes: Buffer): {readonly node: number; readonly place: number} {
	for (const page of pagesOf(bytes, 'dataRoot').leaves) {
		for (let index = 0; index < nodeCount(bytes, page); index += 1) {
			const node = nodeAt(bytes, page, index);
			if (bytes.readUInt16LE(node + 4) === 1) {
				return {node, place: node + 8 + bytes.readUInt16LE(node + 6)};
			}
		}
	}

	throw new Error('There is no large value');
}
