import {FLAGS_AT, HEADER_SIZE, LITTLE_ENDIAN, META, META_PAGES} from './layout.ts';
import {
	DATA_AT,
	DATA_VERSION,
	FREE_LIST_AT,
	LAST_PAGE_AT,
	MAGIC,
	NO_ROOT,
	ROOT_AT,
} from './meta-page.ts';

/** Of every page, on all machines: LMDB reads files with pages of another size than the system's. */
const PAGE_SIZE = 4096;

/** Integer keys, and that the file has no directory of its own: how LMDB notes both. */
const NEW_FREE_LIST_FLAGS = 0x4008;

/**
 * A new file as LMDB makes it: two meta pages. LMDB would make it and then write them. Where there is no room for them,
 * it frees memory twice, and the process may end; and where the process is killed in between, an empty file is left.
 *
 * @param mapSize bytes that it is mapped to
 */
export function newFile(mapSize: number): Uint8Array {
	const bytes = new Uint8Array(META_PAGES * PAGE_SIZE);
	for (let page = 0; page < META_PAGES; page += 1) {
		const meta = new DataView(bytes.buffer, page * PAGE_SIZE, PAGE_SIZE);
		const setNumber = (at: number, number: bigint) => meta.setBigUint64(at, number, LITTLE_ENDIAN);
		setNumber(0, BigInt(page));
		meta.setUint16(FLAGS_AT, META, LITTLE_ENDIAN);
		meta.setUint32(HEADER_SIZE, MAGIC, LITTLE_ENDIAN);
		meta.setUint32(HEADER_SIZE + 4, DATA_VERSION, LITTLE_ENDIAN);
		setNumber(HEADER_SIZE + 16, BigInt(mapSize));
		meta.setUint32(FREE_LIST_AT, PAGE_SIZE, LITTLE_ENDIAN);
		meta.setUint16(FREE_LIST_AT + 4, NEW_FREE_LIST_FLAGS, LITTLE_ENDIAN);
		setNumber(FREE_LIST_AT + ROOT_AT, NO_ROOT);
		setNumber(DATA_AT + ROOT_AT, NO_ROOT);
		setNumber(LAST_PAGE_AT, BigInt(META_PAGES - 1));
	}

	return bytes;
}
