/** No record. */
export const NONE = -1;

const FEWEST = 64;
const PAGE_BITS = 10;
const RECORDS_PER_PAGE = 2 ** PAGE_BITS;

/**
 * Records of some cells of 32 bits each, known by number. They stand in pages, so that to have more of
 * them moves none but the first few, and takes little more room than they do.
 */
export class Records {
	readonly #cells: number;
	readonly #pages: Int32Array[] = [];
	#made = 0;
	/** The first of those given back, each of which names the next in its last cell. */
	#free = NONE;

	/** @param cells how many a record has */
	constructor(cells: number) {
		this.#cells = cells;
	}

	/** The number of a record that nobody has, whatever stands in it. */
	take(): number {
		const free = this.#free;
		if (free !== NONE) {
			this.#free = this.get(free, this.#cells - 1);
			return free;
		}

		const record = this.#made;
		this.#made += 1;
		this.#makeRoom(record);
		return record;
	}

	/** Gives back a record, or a chain of them, each of which names the next in its last cell. */
	giveBack(first: number, last = first): void {
		this.set(last, this.#cells - 1, this.#free);
		this.#free = first;
	}

	get(record: number, cell: number): number {
		return this.pageOf(record)[this.placeOf(record) + cell] ?? 0;
	}

	set(record: number, cell: number, value: number): void {
		this.pageOf(record)[this.placeOf(record) + cell] = value;
	}

	/** Where a record's cells stand, from `placeOf` on: for who needs many of them. */
	pageOf(record: number): Int32Array {
		return this.#pages[record >>> PAGE_BITS] ?? noCells;
	}

	placeOf(record: number): number {
		return (record & (RECORDS_PER_PAGE - 1)) * this.#cells;
	}

	/** The first page grows; the others are made whole. */
	#makeRoom(record: number): void {
		const [first = noCells] = this.#pages;
		if (record >= RECORDS_PER_PAGE) {
			if (record % RECORDS_PER_PAGE === 0) {
				this.#pages.push(new Int32Array(RECORDS_PER_PAGE * this.#cells));
			}
		} else if (record * this.#cells >= first.length) {
			const grown = new Int32Array(Math.max(2 * first.length, FEWEST * this.#cells));
			grown.set(first);
			this.#pages[0] = grown;
		}
	}
}

const noCells = new Int32Array(0);
