import type {DataFile} from './data-file.ts';
import {FLAGS_AT, HEADER_SIZE, LITTLE_ENDIAN, META, numberAt} from './layout.ts';

/** The meta page is that of a database, and begins with these numbers. */
export const MAGIC = 0xbeefc0de;
export const DATA_VERSION = 2;

/** Of the two trees. The first also has the page size, and how the file was opened. */
export const FREE_LIST_AT = HEADER_SIZE + 24;
export const DATA_AT = FREE_LIST_AT + 48;
export const LAST_PAGE_AT = DATA_AT + 48;
/** In the record of a tree. */
export const ROOT_AT = 40;
/** What an empty tree has there. */
export const NO_ROOT = 2n ** 64n - 1n;
const META_TRANSACTION_AT = LAST_PAGE_AT + 8;
export const META_SIZE = META_TRANSACTION_AT + 16;

const MAX_READS = 100;

/**
 * Reads a meta page until it is the same twice: another process may be writing it. What is missing at the end of the
 * file is zero.
 */
export function readMeta(file: DataFile, position: number): DataView {
	let bytes = Buffer.alloc(META_SIZE);
	for (let attempt = 0; attempt < MAX_READS; attempt += 1) {
		const previous = bytes;
		bytes = Buffer.alloc(META_SIZE);
		file.read(bytes, position);
		if (bytes.equals(previous)) {
			break;
		}
	}

	return new DataView(bytes.buffer, bytes.byteOffset);
}

export function isMeta(meta: DataView): boolean {
	return meta.getUint16(FLAGS_AT, LITTLE_ENDIAN) === META && versionOf(meta) === DATA_VERSION;
}

/** The version of the format, or undefined if it is none of LMDB. */
export function versionOf(meta: DataView): string | number | undefined {
	const uint32 = (at: number) => meta.getUint32(at, LITTLE_ENDIAN);
	if (uint32(HEADER_SIZE) === MAGIC) {
		return uint32(HEADER_SIZE + 4) % 2 ** 16;
	}

	// Before version 2, and on machines of 32 bits, the header of a page is shorter.
	return uint32(16) === MAGIC ? `${uint32(20) % 2 ** 16} with shorter headers` : undefined;
}

export function pageSizeOf(meta: DataView): number {
	return meta.getUint32(FREE_LIST_AT, LITTLE_ENDIAN);
}

/** How many bytes the pages of a snapshot take, from the beginning of the file. */
export function usedBytesOf(meta: DataView, pageSize: number): number {
	return (numberAt(meta, LAST_PAGE_AT) + 1) * pageSize;
}

export function transactionOf(meta: DataView): number {
	return numberAt(meta, META_TRANSACTION_AT);
}
