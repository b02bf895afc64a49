import {
	BIG_VALUE,
	BIG_VALUE_SIZE,
	FLAGS_AT,
	HEADER_SIZE,
	LEAF,
	LITTLE_ENDIAN,
	LOWER_AT,
	maxKeySize,
	maxNodeSize,
	NODE_HEADER_SIZE,
	numberAt,
	TRANSACTION_AT,
	UPPER_AT,
} from './layout.ts';
import type {PageWindow} from './page-window.ts';
import type {Snapshot} from './snapshot.ts';

/** Where in the half words of a node the lower and the higher part of its size or child are. */
const [LOW, HIGH] = LITTLE_ENDIAN ? [0, 1] : [1, 0];

/** A fault that no damage makes. */
export const HAS_TABLES = 'has tables in place of values';

/**
 * A page of a tree: a branch, whose nodes are a key and a child, or a leaf, whose nodes are a key and a value. One object
 * is moved from page to page.
 */
export class TreePage {
	/** How many nodes the page has. */
	count = 0;
	readonly window: PageWindow;
	readonly #snapshot: Snapshot;
	readonly #maxNode: number;
	readonly #maxKey: number;
	/** The sizes of nodes, by half of their offset; all zero in between. */
	readonly #sizes: Uint16Array;
	#body = 0;

	constructor(window: PageWindow, snapshot: Snapshot) {
		this.window = window;
		this.#snapshot = snapshot;
		this.#maxNode = maxNodeSize(snapshot.pageSize);
		this.#maxKey = maxKeySize(snapshot.pageSize);
		this.#sizes = new Uint16Array(snapshot.pageSize / 2);
	}

	/**
	 * Moves to a page.
	 *
	 * @param flags `BRANCH` or `LEAF`
	 * @returns what is wrong with how it is laid out, or undefined
	 */
	moveTo(page: number, flags: number): string | undefined {
		const {view, pageSize} = this.window;
		const at = this.window.show(page);
		if (numberAt(view, at) !== page) {
			return 'has the number of another one';
		}

		if (view.getUint16(at + FLAGS_AT, LITTLE_ENDIAN) !== flags) {
			return 'is of another kind';
		}

		if (numberAt(view, at + TRANSACTION_AT) > this.#snapshot.transaction) {
			return 'is of a later transaction';
		}

		const lower = view.getUint16(at + LOWER_AT, LITTLE_ENDIAN);
		const upper = view.getUint16(at + UPPER_AT, LITTLE_ENDIAN);
		const size = pageSize - HEADER_SIZE;
		if (lower % 2 !== 0 || upper % 2 !== 0 || lower > upper || upper > size) {
			return 'has free space out of bounds';
		}

		this.#body = at + HEADER_SIZE;
		this.count = lower / 2;

		return (
			this.#checkNodes(upper, size, flags === LEAF) ??
			(this.#fillSpace(upper, size) ? undefined : 'has nodes that overlap')
		);
	}

	/** @returns what is wrong with the nodes, if it concerns single ones */
	#checkNodes(upper: number, end: number, isLeaf: boolean): string | undefined {
		const {words} = this.window;
		const body = this.#body;
		const sizes = this.#sizes;
		for (let index = 0; index < this.count; index += 1) {
			const offset = words[(body >> 1) + index] ?? 0;
			if (offset % 2 !== 0 || offset < upper || offset + NODE_HEADER_SIZE > end) {
				return 'has nodes out of bounds';
			}

			const node = (body + offset) >> 1;
			const keySize = words[node + 3] ?? 0;
			let size = NODE_HEADER_SIZE + keySize;
			if (isLeaf) {
				const flags = words[node + 2] ?? 0;
				size += flags === BIG_VALUE ? BIG_VALUE_SIZE : this.#valueSize(node);
				if (flags > BIG_VALUE) {
					return HAS_TABLES;
				}
			}

			const isSized = keySize <= this.#maxKey && size <= this.#maxNode && offset + size <= end;
			if (!isSized || (isLeaf && keySize === 0)) {
				return 'has nodes of impossible sizes';
			}

			sizes[offset >> 1] = size + (size & 1);
		}

		return undefined;
	}

	/** Whether the nodes are side by side up to the end of the page. LMDB moves them together when one goes. */
	#fillSpace(upper: number, end: number): boolean {
		const sizes = this.#sizes;
		let count = 0;
		let offset = upper;
		while (offset < end) {
			const size = sizes[offset >> 1] ?? 0;
			if (size === 0) {
				return false;
			}

			sizes[offset >> 1] = 0;
			offset += size;
			count += 1;
		}

		return count === this.count && offset === end;
	}

	/** Where in the window the key of a node begins. */
	keyStart(index: number): number {
		return this.#nodeAt(index) + NODE_HEADER_SIZE;
	}

	/** Where it ends, and the value begins. */
	keyEnd(index: number): number {
		const node = this.#nodeAt(index);

		return node + NODE_HEADER_SIZE + (this.window.words[(node >> 1) + 3] ?? 0);
	}

	/** The number of the page that a node of a branch names: 48 bits. */
	child(index: number): number {
		const node = this.#nodeAt(index) >> 1;

		return this.#valueSize(node) + (this.window.words[node + 2] ?? 0) * 2 ** 32;
	}

	/** How large the value of a node of a leaf is, wherever it stands. */
	valueSize(index: number): number {
		return this.#valueSize(this.#nodeAt(index) >> 1);
	}

	/** Whether the value of a node of a leaf is on pages of its own. */
	isBig(index: number): boolean {
		return this.window.words[(this.#nodeAt(index) >> 1) + 2] === BIG_VALUE;
	}

	#valueSize(node: number): number {
		const {words} = this.window;

		return (words[node + LOW] ?? 0) + (words[node + HIGH] ?? 0) * 2 ** 16;
	}

	#nodeAt(index: number): number {
		return this.#body + (this.window.words[(this.#body >> 1) + index] ?? 0);
	}
}
