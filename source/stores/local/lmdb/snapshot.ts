import type {DataFile} from './data-file.ts';
import {FileError, ofAnotherProgram} from './file-error.ts';
import {LITTLE_ENDIAN, META_PAGES, numberAt} from './layout.ts';
import {
	DATA_AT,
	DATA_VERSION,
	FREE_LIST_AT,
	isMeta,
	LAST_PAGE_AT,
	NO_ROOT,
	pageSizeOf,
	ROOT_AT,
	readMeta,
	transactionOf,
	versionOf,
} from './meta-page.ts';

/** One of the two trees, as the meta page describes it. */
export interface Tree {
	/** The number of its root; undefined for an empty tree. */
	readonly root: number | undefined;
	/** How many levels it has. */
	readonly depth: number;
	readonly branchPages: number;
	readonly leafPages: number;
	readonly overflowPages: number;
	readonly entries: number;
}

/** What the last transaction has written. */
export interface Snapshot {
	readonly transaction: number;
	readonly pageSize: number;
	readonly lastPage: number;
	readonly freeList: Tree;
	readonly data: Tree;
}

/** Pages are as large as those of the operating system. */
const MIN_PAGE_SIZE = 512;
const MAX_PAGE_SIZE = 64 * 1024;

/** LMDB's own limit. */
const MAX_DEPTH = 32;

/** 256 GB of pages of 4 KB: far more than the file of a store ever gets. */
const MAX_PAGES = 2 ** 26;

/** Integer keys, and none of the other kinds of trees; no encryption. Other bits say how the file was opened. */
const FREE_LIST_FLAGS = 8;
const FREE_LIST_FLAGS_MASK = 0x21ff;

/**
 * The newest snapshot, as LMDB will find it.
 *
 * @throws {FileError} if the meta pages are not what LMDB writes
 */
export function newestSnapshot(file: DataFile): Snapshot {
	if (file.size === 0) {
		throw new FileError(file.path, 'it is empty. Remove it, and a new one is made');
	}

	const first = readMeta(file, 0);
	if (versionOf(first) !== DATA_VERSION) {
		throw ofAnotherKind(file, versionOf(first));
	}

	if (!isMeta(first) || !hasPageSize(first)) {
		throw file.damaged('its first page is not a meta page');
	}

	const second = readMeta(file, pageSizeOf(first));
	if (!isMeta(second) || pageSizeOf(second) !== pageSizeOf(first)) {
		throw file.damaged('its second page is not a meta page');
	}

	checkFlags(file, first);
	checkFlags(file, second);
	const transactions = [transactionOf(first), transactionOf(second)] as const;
	const newest = transactions[0] >= transactions[1] ? 0 : 1;
	if (transactions[newest] % META_PAGES !== newest || transactions[newest] > 2 ** 48) {
		throw file.damaged(`its meta pages are of the transactions ${transactions.join(' and ')}`);
	}

	return snapshotOf(file, newest === 0 ? first : second);
}

function hasPageSize(meta: DataView): boolean {
	const size = pageSizeOf(meta);

	return size >= MIN_PAGE_SIZE && size <= MAX_PAGE_SIZE && Number.isInteger(Math.log2(size));
}

function ofAnotherKind(file: DataFile, version: string | number | undefined): FileError {
	const kind =
		version === undefined
			? 'a file of another program'
			: `an LMDB file of data version ${version}, where version ${DATA_VERSION} is needed`;

	return new FileError(file.path, `it is ${kind}. Choose another \`path\``);
}

function checkFlags(file: DataFile, meta: DataView): void {
	const flags = (at: number) => meta.getUint16(at + 4, LITTLE_ENDIAN);
	if ((flags(FREE_LIST_AT) & FREE_LIST_FLAGS_MASK) !== FREE_LIST_FLAGS || flags(DATA_AT) !== 0) {
		throw ofAnotherProgram(file.path);
	}
}

function snapshotOf(file: DataFile, meta: DataView): Snapshot {
	const lastPage = numberAt(meta, LAST_PAGE_AT);
	if (lastPage < META_PAGES - 1 || lastPage >= MAX_PAGES) {
		throw file.damaged(`its last page is said to be page ${lastPage}`);
	}

	return {
		transaction: transactionOf(meta),
		pageSize: pageSizeOf(meta),
		lastPage,
		freeList: treeOf(file, meta, FREE_LIST_AT, lastPage),
		data: treeOf(file, meta, DATA_AT, lastPage),
	};
}

function treeOf(file: DataFile, meta: DataView, at: number, lastPage: number): Tree {
	const root = numberAt(meta, at + ROOT_AT);
	const isEmpty = meta.getBigUint64(at + ROOT_AT) === NO_ROOT;
	const tree: Tree = {
		root: isEmpty ? undefined : root,
		depth: meta.getUint16(at + 6, LITTLE_ENDIAN),
		branchPages: numberAt(meta, at + 8),
		leafPages: numberAt(meta, at + 16),
		overflowPages: numberAt(meta, at + 24),
		entries: numberAt(meta, at + 32),
	};

	const hasRoot = root >= META_PAGES && root <= lastPage;
	if ((!isEmpty && !hasRoot) || tree.depth > MAX_DEPTH || isEmpty !== (tree.depth === 0)) {
		throw file.damaged(`the root of a tree of ${tree.depth} levels is said to be page ${root}`);
	}

	return tree;
}
