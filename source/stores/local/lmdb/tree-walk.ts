import {BigValues} from './big-values.ts';
import type {CompareKeys} from './compare-keys.ts';
import {ofAnotherProgram} from './file-error.ts';
import {BRANCH, LEAF} from './layout.ts';
import {Separators, UNBOUNDED} from './separators.ts';
import type {Tree} from './snapshot.ts';
import type {SnapshotPages} from './snapshot-pages.ts';
import {TreeLevel} from './tree-level.ts';
import {HAS_TABLES, TreePage} from './tree-page.ts';

/** What the trees differ in. */
export interface TreeKind {
	readonly compare: CompareKeys;
	/** The fewest nodes that a branch has. */
	readonly minChildren: number;
	/** Looks at a node of a leaf. */
	readonly visitNode?: (page: TreePage, index: number) => void;
	/** Looks at a value that has pages of its own. */
	readonly visitBig?: (firstPage: number, size: number) => void;
}

/**
 * Walks a tree level by level, and each level in the order of the file, so that much is read at once. It ends, whatever
 * is in the file: no page is reached twice.
 */
export class TreeWalk {
	readonly #pages: SnapshotPages;
	readonly #kind: TreeKind;
	readonly #page: TreePage;
	readonly #separators: Separators;
	readonly #bigValues: BigValues;
	#branchPages = 0;
	#leafPages = 0;
	#entries = 0;

	constructor(pages: SnapshotPages, kind: TreeKind) {
		this.#pages = pages;
		this.#kind = kind;
		this.#page = new TreePage(pages.window, pages.snapshot);
		this.#separators = new Separators(kind.compare);
		this.#bigValues = new BigValues(pages);
	}

	/** @throws {FileError} if LMDB cannot have written the tree */
	walk(tree: Tree): void {
		if (tree.root !== undefined) {
			let level = new TreeLevel();
			this.#pages.use(tree.root, 1);
			level.add(tree.root, UNBOUNDED, UNBOUNDED);
			for (let left = tree.depth; left > 1; left -= 1) {
				level = this.#walkBranches(level);
			}

			this.#walkLeaves(level);
			this.#bigValues.walk(this.#kind.visitBig);
		}

		this.#checkCounts(tree);
	}

	/** @returns the level below */
	#walkBranches(level: TreeLevel): TreeLevel {
		const page = this.#page;
		const separators = this.#separators;
		const below = new TreeLevel();
		level.forEach((number, low, high) => {
			this.#moveTo(number, BRANCH);
			this.#checkOrder(number, 1, low, high);
			this.#branchPages += 1;
			const last = page.count - 1;
			let from = low;
			for (let index = 0; index <= last; index += 1) {
				const to =
					index === last
						? high
						: separators.add(page.window.bytes, page.keyStart(index + 1), page.keyEnd(index + 1));
				this.#pages.use(page.child(index), 1);
				below.add(page.child(index), from, to);
				from = to;
			}
		});

		return below;
	}

	#walkLeaves(level: TreeLevel): void {
		const page = this.#page;
		const {visitNode} = this.#kind;
		level.forEach((number, low, high) => {
			this.#moveTo(number, LEAF);
			this.#checkOrder(number, 0, low, high);
			this.#leafPages += 1;
			this.#entries += page.count;
			for (let index = 0; index < page.count; index += 1) {
				if (page.isBig(index)) {
					this.#bigValues.add(page, index);
				}

				visitNode?.(page, index);
			}
		});
	}

	#moveTo(number: number, flags: typeof BRANCH | typeof LEAF): void {
		const fault = this.#page.moveTo(number, flags);
		if (fault === HAS_TABLES) {
			throw ofAnotherProgram(this.#pages.file.path);
		}

		const min = flags === BRANCH ? this.#kind.minChildren : 1;
		if (fault !== undefined || this.#page.count < min) {
			throw this.#pages.file.damaged(`page ${number} ${fault ?? 'has too few nodes'}`);
		}
	}

	/**
	 * Checks that keys are in order, and between the separators of the page.
	 *
	 * @param first the index of the first key: 1 in a branch, whose first node needs none
	 */
	#checkOrder(number: number, first: number, low: number, high: number): void {
		const page = this.#page;
		const separators = this.#separators;
		const {compare} = this.#kind;
		const {bytes} = page.window;
		if (page.count <= first) {
			return;
		}

		let start = page.keyStart(first);
		let end = page.keyEnd(first);
		// A leaf may begin with its separator. Before the first separator of a branch there are keys, in its first child.
		let isInOrder = low === UNBOUNDED || separators.compare(bytes, start, end, low) >= first;
		for (let index = first + 1; index < page.count && isInOrder; index += 1) {
			const nextStart = page.keyStart(index);
			const nextEnd = page.keyEnd(index);
			isInOrder = compare(bytes, start, end, bytes, nextStart, nextEnd) < 0;
			start = nextStart;
			end = nextEnd;
		}

		if (!isInOrder || (high !== UNBOUNDED && separators.compare(bytes, start, end, high) >= 0)) {
			throw this.#pages.file.damaged(`page ${number} has keys that are out of order`);
		}
	}

	/** Pages that the system has not written before it failed may be old pages of the same tree, which fit by chance. */
	#checkCounts({branchPages, leafPages, overflowPages, entries}: Tree): void {
		const found = [this.#branchPages, this.#leafPages, this.#bigValues.pages, this.#entries];
		const said = [branchPages, leafPages, overflowPages, entries];
		if (found.join() !== said.join()) {
			throw this.#pages.file.damaged(
				`a tree has ${found.join(', ')} branches, leaves, pages of large values and records, ` +
					`and should have ${said.join(', ')}`,
			);
		}
	}
}
