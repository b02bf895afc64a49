import {checkAccess} from './access.ts';
import {compareBytes, compareNumbers} from './compare-keys.ts';
import {DataFile} from './data-file.ts';
import {inaccessible} from './file-error.ts';
import {FreeLists} from './free-list.ts';
import {newestSnapshot, type Snapshot} from './snapshot.ts';
import {SnapshotPages} from './snapshot-pages.ts';
import {TreeWalk} from './tree-walk.ts';

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

/** Pages that are free may be missing at the end: `checkPages` knows them. */
function checkLength(file: DataFile, {data, freeList, pageSize}: Snapshot): void {
	for (const {root} of [data, freeList]) {
		if (root !== undefined && (root + 1) * pageSize > file.size) {
			throw file.damaged(`it ends before page ${root}, which is in use`);
		}
	}
}
