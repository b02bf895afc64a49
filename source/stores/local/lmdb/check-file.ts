import {checkAccess} from './access.ts';
import {compareBytes, compareNumbers} from './compare-keys.ts';
import {DataFile} from './data-file.ts';
import {FileError, inaccessible} from './file-error.ts';
import {FreeLists} from './free-list.ts';
import {pause} from './pause.ts';
import {isMade, newestSnapshot, type Snapshot} from './snapshot.ts';
import {SnapshotPages} from './snapshot-pages.ts';
import {TreeWalk} from './tree-walk.ts';

/** How long another process may take to make the file, and how often it is looked at; milliseconds. */
const PATIENCE = 1000;
const INTERVAL = 10;

/**
 * Checks before LMDB opens a file that it is one of LMDB, if it is there, and that LMDB can follow what is in it: LMDB
 * checks little, and the process ends where it follows something wrong. Values are not looked at. Nothing is changed.
 *
 * @throws {FileError}
 */
export function checkFile(path: string): void {
	if (!checkAccess(path)) {
		return;
	}

	let file: DataFile | undefined;
	try {
		file = new DataFile(path);
		waitUntilMade(file);
		checkLength(file, newestSnapshot(file));
		checkPages(file);
	} catch (error) {
		throw inaccessible(path, path, error);
	} finally {
		file?.close();
	}
}

/**
 * Checks each page that the newest snapshot uses.
 *
 * While another process writes, pages change under the check. That process has checked the file itself when it opened it:
 * what is found meanwhile is no error.
 */
function checkPages(file: DataFile): void {
	const {transaction} = newestSnapshot(file);
	try {
		checkPagesOf(file);
	} catch (error) {
		if (newestSnapshot(file).transaction === transaction) {
			throw error;
		}
	}
}

function checkPagesOf(file: DataFile): void {
	const pages = new SnapshotPages(file, newestSnapshot(file));
	const lists = new FreeLists(pages);
	const {data, freeList} = pages.snapshot;
	new TreeWalk(pages, {compare: compareBytes, minChildren: 2}).walk(data);
	new TreeWalk(pages, {
		compare: compareNumbers,
		minChildren: 1,
		visitNode: (page, index) => lists.visitNode(page, index),
		visitBig: (firstPage, size) => lists.visitBig(firstPage, size),
	}).walk(freeList);
	pages.checkEnd();
}

/** LMDB makes the file, and then writes its first two pages. */
function waitUntilMade(file: DataFile): void {
	const end = performance.now() + PATIENCE;
	while (!isMade(file) && performance.now() < end) {
		pause(INTERVAL);
	}

	if (file.size === 0) {
		throw new FileError(file.path, 'it is empty. Remove it, and a new one is made');
	}
}

/** Pages that are free may be missing at the end: `checkPages` knows them. */
function checkLength(file: DataFile, {data, freeList, pageSize}: Snapshot): void {
	for (const {root} of [data, freeList]) {
		if (root !== undefined && (root + 1) * pageSize > file.size) {
			throw file.damaged(`it ends before page ${root}, which is in use`);
		}
	}
}
