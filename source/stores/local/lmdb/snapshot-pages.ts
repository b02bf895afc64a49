import type {DataFile} from './data-file.ts';
import {META_PAGES} from './layout.ts';
import {PageWindow} from './page-window.ts';
import type {Snapshot} from './snapshot.ts';

/** The pages of a snapshot that is walked, and which of them have been reached: each of them once. */
export class SnapshotPages {
	readonly file: DataFile;
	readonly snapshot: Snapshot;
	readonly window: PageWindow;
	readonly #pagesInFile: number;
	/** A bit for each page. */
	readonly #reached: Uint8Array;

	constructor(file: DataFile, snapshot: Snapshot) {
		this.file = file;
		this.snapshot = snapshot;
		this.window = new PageWindow(file, snapshot.pageSize);
		this.#pagesInFile = Math.floor(file.size / snapshot.pageSize);
		this.#reached = new Uint8Array((snapshot.lastPage >> 3) + 1);
		this.#add(0, META_PAGES);
	}

	/**
	 * Notes that pages are in use.
	 *
	 * @throws {FileError} if one of them has been reached before, or is not in the file
	 */
	use(first: number, count: number): void {
		if (first + count > this.#pagesInFile && first <= this.snapshot.lastPage) {
			throw this.file.damaged(
				`it ends after page ${this.#pagesInFile - 1}, and page ${first + count - 1} is in use`,
			);
		}

		this.#add(first, count);
	}

	/**
	 * Notes that pages are free.
	 *
	 * @throws {FileError} if one of them has been reached before
	 */
	free(first: number, count: number): void {
		this.#add(first, count);
	}

	/**
	 * Pages that were taken and freed again in one transaction have never been written: the file may be shorter by free
	 * pages.
	 *
	 * @throws {FileError} if other pages are missing at its end
	 */
	checkEnd(): void {
		const {lastPage} = this.snapshot;
		for (let page = this.#pagesInFile; page <= lastPage; page += 1) {
			if (!this.#has(page)) {
				throw this.file.damaged(
					`it ends after page ${this.#pagesInFile - 1}, and has had ${lastPage + 1} pages`,
				);
			}
		}
	}

	#add(first: number, count: number): void {
		const {lastPage} = this.snapshot;
		if (first + count > lastPage + 1) {
			throw this.file.damaged(
				`it names page ${first + count - 1}, and page ${lastPage} is said to be the last`,
			);
		}

		for (let page = first; page < first + count; page += 1) {
			if (this.#has(page)) {
				throw this.file.damaged(`page ${page} is named twice`);
			}

			this.#reached[page >> 3] = (this.#reached[page >> 3] ?? 0) | (1 << (page & 7));
		}
	}

	#has(page: number): boolean {
		return ((this.#reached[page >> 3] ?? 0) & (1 << (page & 7))) !== 0;
	}
}
