import type {DataFile} from './data-file.ts';

/** Large enough that reading costs little beside checking, small enough for pages that are far apart. */
const WINDOW_SIZE = 64 * 1024;

/** The part of the file that was read last. If pages are asked for in ascending order, none is read twice. */
export class PageWindow {
	readonly bytes: Uint8Array;
	/** The same by half words, which nodes are aligned to, and for numbers that are not. */
	readonly words: Uint16Array;
	readonly view: DataView;
	readonly pageSize: number;
	readonly #file: DataFile;
	#first = 0;
	#count = 0;

	constructor(file: DataFile, pageSize: number) {
		const buffer = new ArrayBuffer(Math.max(WINDOW_SIZE, pageSize));
		this.bytes = new Uint8Array(buffer);
		this.words = new Uint16Array(buffer);
		this.view = new DataView(buffer);
		this.pageSize = pageSize;
		this.#file = file;
	}

	/**
	 * @returns where in the window the page begins
	 * @throws {FileError} if the file ends before the page does
	 */
	show(page: number): number {
		const index = page - this.#first;
		if (index >= 0 && index < this.#count) {
			return index * this.pageSize;
		}

		const read = this.#file.read(this.bytes, page * this.pageSize);
		this.#first = page;
		this.#count = Math.floor(read / this.pageSize);
		if (this.#count === 0) {
			throw this.#file.damaged(`it ends before page ${page} does`);
		}

		return 0;
	}
}
