import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {checkFile} from '../../../source/stores/local/lmdb/check-file.ts';
import {newestMeta, nodeAt, nodeCount, pagesOf} from './file-layout.ts';
import {numbersFrom, openFile} from './lmdb-file.ts';
import {newFolder, removeFolder, temporaryFolder} from './temporary-folder.ts';

/** Where the fields of a page's header are. */
export const pageFields = {transaction: 8, flags: 18, lower: 20, upper: 22} as const;

/** Where pages begin that a test may damage. */
interface Places {
	readonly meta: number;
	readonly root: number;
	readonly branch: number;
	readonly leaf: number;
	readonly nextLeaf: number;
	/** The first leaf of the free list. */
	readonly freeList: number;
}

/** What damages a file, and what is found. */
export type Damage = readonly [
	title: string,
	change: (bytes: Buffer, places: Places) => unknown,
	found: RegExp,
];

let made: Promise<Buffer> | undefined;

/** A file with several levels of branches, large values and free pages. */
export async function soundBytes(): Promise<Buffer> {
	made ??= makeSound();

	return Buffer.from(await made);
}

async function makeSound(): Promise<Buffer> {
	const folder = newFolder();
	const path = join(folder, 'test.mdb');
	const database = openFile(path);
	const below = numbersFrom(1);
	const keys = Array.from({length: 4000}, (_, index) => Buffer.from(`${index}`.padEnd(150, 'x')));
	database.transactionSync(() => {
		for (const key of keys) {
			database.putSync(key, Buffer.alloc(below(20) === 0 ? 5000 : 500));
		}
	});
	for (let from = 0; from < 2000; from += 200) {
		database.transactionSync(() => {
			for (const key of keys.slice(from, from + 190)) {
				database.removeSync(key);
			}
		});
	}

	await database.close();
	checkFile(path);
	const bytes = readFileSync(path);
	removeFolder(folder);

	return bytes;
}

export function placesIn(bytes: Buffer): Places {
	const {branches, leaves} = pagesOf(bytes, 'dataRoot');
	const [root = 0, branch = 0] = branches;
	const [leaf = 0, nextLeaf = 0] = leaves.slice(10);
	const [freeList = 0] = pagesOf(bytes, 'freeListRoot').leaves;

	return {meta: newestMeta(bytes), root, branch, leaf, nextLeaf, freeList};
}

/** Where the first list is that stands in a node of the free list, and is not empty. */
export function freePagesAt(bytes: Buffer): number {
	const {freeList} = placesIn(bytes);
	for (let index = 0; index < nodeCount(bytes, freeList); index += 1) {
		const node = nodeAt(bytes, freeList, index);
		if (bytes.readUInt16LE(node + 4) === 0 && bytes.readBigUInt64LE(node + 16) > 0n) {
			return node + 16;
		}
	}

	throw new Error('All lists have pages of their own, or are empty');
}

/** Adds to a number of two bytes. */
export function add(bytes: Buffer, at: number, number: number): void {
	bytes.writeUInt16LE((bytes.readUInt16LE(at) + number) & 0xffff, at);
}

/** Refuses a damaged file, and leaves it as it is. */
export async function refuses(
	t: ExecutionContext,
	change: Damage[1],
	message: RegExp,
): Promise<void> {
	const path = join(temporaryFolder(t), 'test.mdb');
	const bytes = await soundBytes();
	change(bytes, placesIn(bytes));
	writeFileSync(path, bytes);

	t.throws(() => checkFile(path), {code: 'ERR_GATEKEEPER_FILE_DAMAGED', message});
	t.true(readFileSync(path).equals(bytes), 'it is not changed');
}
