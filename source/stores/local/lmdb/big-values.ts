import {
	FLAGS_AT,
	HEADER_SIZE,
	LITTLE_ENDIAN,
	numberAt,
	OVERFLOW,
	RUN_LENGTH_AT,
	TRANSACTION_AT,
} from './layout.ts';
import type {SnapshotPages} from './snapshot-pages.ts';
import {inOrder} from './tree-level.ts';
import type {TreePage} from './tree-page.ts';

/** The values of a tree that have pages of their own. */
export class BigValues {
	readonly #pages: SnapshotPages;
	readonly #firstPages: number[] = [];
	readonly #lengths: number[] = [];
	readonly #sizes: number[] = [];
	/** How many pages they have. */
	pages = 0;

	constructor(pages: SnapshotPages) {
		this.#pages = pages;
	}

	/** Notes the value of a node. */
	add(page: TreePage, index: number): void {
		const {window, snapshot, file} = this.#pages;
		const at = page.keyEnd(index);
		const size = page.valueSize(index);
		const firstPage = numberAt(window.view, at);
		const length = numberAt(window.view, at + 16);
		const fits = HEADER_SIZE + size <= length * snapshot.pageSize;
		if (!fits || numberAt(window.view, at + 8) > snapshot.transaction) {
			throw file.damaged(`a value of ${size} bytes is said to have ${length} pages`);
		}

		this.#pages.use(firstPage, length);
		this.pages += length;
		this.#firstPages.push(firstPage);
		this.#lengths.push(length);
		this.#sizes.push(size);
	}

	/** Looks at their pages, in the order of the file. */
	walk(visit?: (firstPage: number, size: number) => void): void {
		for (const index of inOrder(this.#firstPages)) {
			const firstPage = this.#firstPages[index] ?? 0;
			this.#checkHeader(firstPage, this.#lengths[index] ?? 0);
			visit?.(firstPage, this.#sizes[index] ?? 0);
		}
	}

	#checkHeader(page: number, length: number): void {
		const {window, snapshot, file} = this.#pages;
		const {view} = window;
		const at = window.show(page);
		if (
			numberAt(view, at) !== page ||
			numberAt(view, at + TRANSACTION_AT) > snapshot.transaction ||
			view.getUint16(at + FLAGS_AT, LITTLE_ENDIAN) !== OVERFLOW ||
			view.getUint32(at + RUN_LENGTH_AT, LITTLE_ENDIAN) !== length
		) {
			throw file.damaged(`page ${page} is not the first of a value of ${length} pages`);
		}
	}
}
