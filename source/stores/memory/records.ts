/** No record. */
export const NONE = -1;

/** How many records the first page begins with. */
const MIN_RECORDS = 64;
const PAGE_BITS = 10;
const RECORDS_PER_PAGE = 2 ** PAGE_BITS;

/**
 * Records of a few 32-bit cells each, identified by number. They are in pages, so that growing moves only the
 * first few, and takes little more memory than the records do.
 */
export class Records {
	readonly #cells: number;
	readonly #pages: Int32Array[] = [];
	#made = 0;
	/** The first free record. Each contains the next one's number in its last cell. */
	#firstFree = NONE;

	/** @param cells how many cells a record has */
	constructor(cells: number) {
		this.#cells = cells;
	}

	/** Returns a free record, which may contain anything. */
	take(): number {
		const free = this.#firstFree;
		if (free !== NONE) {
			this.#firstFree = this.get(free, this.#cells - 1);
			return free;
		}

		const record = this.#made;
		this.#made += 1;
		this.#makeRoom(record);
		return record;
	}

	/** Frees a record, or a chain of them. Each contains the next one's number in its last cell. */
	free(first: number, last = first): void {
		this.set(last, this.#cells - 1, this.#firstFree);
		this.#firstFree = first;
	}

	get(record: number, cell: number): number {
		return this.pageOf(record)[this.offsetOf(record) + cell] ?? 0;
	}

	set(record: number, cell: number, value: number): void {
		this.pageOf(record)[this.offsetOf(record) + cell] = value;
	}

	/** The page of a record, for fast access to its cells, which begin at `offsetOf`. */
	pageOf(record: number): Int32Array {
		return this.#pages[record >>> PAGE_BITS] ?? noCells;
	}

	offsetOf(record: number): number {
		return (record & (RECORDS_PER_PAGE - 1)) * this.#cells;
	}

	/** The first page grows. The others have their full size from the beginning. */
	#makeRoom(record: number): void {
		const [first = noCells] = this.#pages;
		if (record >= RECORDS_PER_PAGE) {
			if (record % RECORDS_PER_PAGE === 0) {
				this.#pages.push(new Int32Array(RECORDS_PER_PAGE * this.#cells));
			}
		} else if (record * this.#cells >= first.length) {
			const grown = new Int32Array(Math.max(2 * first.length, MIN_RECORDS * this.#cells));
			grown.set(first);
			this.#pages[0] = grown;
		}
	}
}

const noCells = new Int32Array(0);
