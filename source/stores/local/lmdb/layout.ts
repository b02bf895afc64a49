import {endianness} from 'node:os';

/*
 * How LMDB lays out its file: `mdb.c` in `lmdb/dependencies/lmdb/libraries/liblmdb`, data version 2. A file consists
 * of pages. The first two are meta pages: transaction n writes the meta page n % 2, which names the roots of two
 * trees, the free list and the data. Numbers are in the byte order of the machine.
 */

export const LITTLE_ENDIAN = endianness() === 'LE';

/** How many pages are no part of a tree. */
export const META_PAGES = 2;

/** The header of each page: its number, the transaction that wrote it, a field without use, flags, bounds. */
export const HEADER_SIZE = 24;
export const TRANSACTION_AT = 8;
export const FLAGS_AT = 18;
/** The bounds of the free space in a page of a tree, counted from the end of the header. */
export const LOWER_AT = 20;
export const UPPER_AT = 22;
/** How many pages a large value takes. It has one header. */
export const RUN_LENGTH_AT = 20;

export const BRANCH = 1;
export const LEAF = 2;
export const OVERFLOW = 4;
export const META = 8;

/** What stands before the key of a node: half words of its size or of its child's number, flags, the key's length. */
export const NODE_HEADER_SIZE = 8;
/** A value on pages of its own: the node holds the number of the first one, a transaction, and how many they are. */
export const BIG_VALUE = 1;
export const BIG_VALUE_SIZE = 24;

/** A number of eight bytes, rounded where it is above the safe integers: LMDB's own are far below. */
export function numberAt(view: DataView, at: number): number {
	const [low, high] = LITTLE_ENDIAN ? [at, at + 4] : [at + 4, at];

	return view.getUint32(high, LITTLE_ENDIAN) * 2 ** 32 + view.getUint32(low, LITTLE_ENDIAN);
}

/** The largest node in a page. A larger value gets pages of its own, so that a page has room for two nodes. */
export function maxNodeSize(pageSize: number): number {
	return Math.floor((pageSize - HEADER_SIZE) / 4) * 2 - 2;
}

/** A key leaves room for the record of a tree in its node. */
export function maxKeySize(pageSize: number): number {
	return maxNodeSize(pageSize) - NODE_HEADER_SIZE - 48;
}
