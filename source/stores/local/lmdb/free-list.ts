import {HEADER_SIZE, LITTLE_ENDIAN, numberAt} from './layout.ts';
import type {SnapshotPages} from './snapshot-pages.ts';
import type {TreePage} from './tree-page.ts';

/** What the high half of a negative number is. */
const NEGATIVE = 0xffffffff;

const ENTRY_SIZE = 8;

/**
 * The lists of free pages: a list is the value of a record, whose key is the transaction that freed them. It begins with
 * how many entries it has. An entry is a page, or, for several in a row, minus their count and then the first of them, or
 * 0, which means nothing.
 */
export class FreeLists {
	readonly #pages: SnapshotPages;

	constructor(pages: SnapshotPages) {
		this.#pages = pages;
	}

	/** Reads the list in a node. */
	visitNode(page: TreePage, index: number): void {
		const {window, snapshot, file} = this.#pages;
		const start = page.keyStart(index);
		const end = page.keyEnd(index);
		const transaction = end - start === ENTRY_SIZE ? numberAt(window.view, start) : 0;
		if (transaction === 0 || transaction > snapshot.transaction) {
			throw file.damaged('a list of free pages is of no transaction');
		}

		if (!page.isBig(index)) {
			this.#read(page.valueSize(index), at => end + at);
		}
	}

	/** Reads a list that has pages of its own. */
	visitBig(firstPage: number, size: number): void {
		const {window, snapshot} = this.#pages;
		this.#read(size, at => {
			const from = HEADER_SIZE + at;
			return (
				window.show(firstPage + Math.floor(from / snapshot.pageSize)) + (from % snapshot.pageSize)
			);
		});
	}

	/** @param place where in the window a byte of the list is */
	#read(size: number, place: (at: number) => number): void {
		const {file, window} = this.#pages;
		const count = size < ENTRY_SIZE ? Infinity : numberAt(window.view, place(0));
		if (ENTRY_SIZE * (count + 1) > size) {
			throw file.damaged(`a list of ${count} free pages has ${size} bytes`);
		}

		let length = 0;
		for (let index = 1; index <= count; index += 1) {
			const [low, high] = this.#halves(place(ENTRY_SIZE * index));
			if (high === NEGATIVE && length === 0) {
				length = 2 ** 32 - low;
			} else if (high === 0 && low !== 0) {
				this.#pages.free(low, Math.max(length, 1));
				length = 0;
			} else if (high !== 0 || length !== 0) {
				throw file.damaged('a list of free pages has invalid entries');
			}
		}

		if (length !== 0) {
			throw file.damaged('a list of free pages breaks off');
		}
	}

	#halves(at: number): readonly [low: number, high: number] {
		const {view} = this.#pages.window;
		const [low, high] = LITTLE_ENDIAN ? [at, at + 4] : [at + 4, at];

		return [view.getUint32(low, LITTLE_ENDIAN), view.getUint32(high, LITTLE_ENDIAN)];
	}
}
