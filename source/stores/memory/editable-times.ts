import {type Replace, TIMES_PER_BLOCK} from './blocks.ts';
import {
	FILLED,
	FIRST,
	FIRST_BLOCK,
	FIRST_CELL,
	FIRST_HIGH,
	LAST_BLOCK,
	RECENT,
	Times,
} from './times.ts';

/** A queue whose middle can be seen, and can lose times. That takes longer the longer the queue is. */
export class EditableTimes extends Times {
	/** How long ago the time at an index was, if it was less than 49 days ago. */
	since(index: number, now: number): number {
		return index === 0 ? this.sinceFirst(now) : (now - this.#timeAt(index)) >>> 0;
	}

	/** How many of the first times were a span ago or longer. The span is shorter than 49 days. */
	gone(span: number, now: number): number {
		const {length} = this;
		if (length === 0 || now - this.first < span) {
			return 0;
		}

		const {last} = this;
		const idle = now - last;
		if (idle >= span) {
			return length;
		}

		// The first is gone, the last is not. Each is less than 49 days before the last.
		let gone = 0;
		let left = length - 1;
		while (left - gone > 1) {
			const middle = (gone + left) >>> 1;
			const since = idle + ((last - this.#timeAt(middle)) >>> 0);
			[gone, left] = since >= span ? [middle, left] : [gone, middle];
		}

		return left;
	}

	/** Removes times that equal this one: as many as there are of so many. */
	remove(time: number, most: number): void {
		const low = time | 0;
		let before = 0;
		let equal = 0;
		this.#replaceEach(one => {
			equal += one === low ? 1 : 0;
			before += equal === 0 ? 1 : 0;
			return one;
		});

		const removed = Math.min(equal, most);
		if (removed > 0) {
			this.#removeFrom(before, removed);
		}
	}

	#timeAt(index: number): number {
		const recent = this.get(FILLED) - this.length + index;
		return recent >= 0
			? this.get(RECENT + recent)
			: this.blocks.timeFrom(this.get(FIRST_BLOCK), this.get(FIRST_CELL) + index);
	}

	/** A queue only loses its first times: those before the removed ones take their places. */
	#removeFrom(before: number, removed: number): void {
		const [first, high] = [this.get(FIRST), this.get(FIRST_HIGH)];
		const carried: number[] = [];
		this.#replaceEach((time, index) => {
			if (index >= before + removed) {
				return time;
			}

			const earlier = carried[index % removed] ?? time;
			carried[index % removed] = time;
			return earlier;
		});

		for (let shifted = 0; shifted < removed; shifted += 1) {
			this.shift();
		}

		if (before > 0) {
			this.set(FIRST, first);
			this.set(FIRST_HIGH, high);
		}
	}

	/** Replaces the lower 32 bits of each time, in order. */
	#replaceEach(replace: Replace): void {
		const {blocks} = this;
		let index = 0;
		let cell = this.get(FIRST_CELL);
		let left = this.hasBlocks;
		for (let block = this.get(FIRST_BLOCK); left; block = blocks.nextOf(block)) {
			blocks.replace(block, cell, replace, index);
			index += TIMES_PER_BLOCK - cell;
			cell = 0;
			left = block !== this.get(LAST_BLOCK);
		}

		for (const filled = this.get(FILLED); cell < filled; cell += 1) {
			this.set(RECENT + cell, replace(this.get(RECENT + cell), index));
			index += 1;
		}
	}
}
