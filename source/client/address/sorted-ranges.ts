import type {Address, AddressRange} from './address.ts';

/** Ranges of one family, in order. None lies within another. */
export type SortedRanges = readonly AddressRange[];

/** Long work in short steps, so that other work can run between two of them. */
export type Steps<Result> = Generator<undefined, Result>;

/** How many ranges are sorted or merged in one step: about 1 ms of work. */
const AT_ONCE = 2000;

/** Sorts the ranges of CIDRs, here from `start` to `end`, and drops each that lies within another. */
export function* sortRanges(
	ranges: readonly AddressRange[],
	start = 0,
	end = ranges.length,
): Steps<SortedRanges> {
	if (end - start <= AT_ONCE) {
		return yield* merge(ranges.slice(start, end).sort(byFirst), []);
	}

	const middle = (start + end) >> 1;
	const one = yield* sortRanges(ranges, start, middle);
	const other = yield* sortRanges(ranges, middle, end);
	return yield* merge(one, other);
}

/** Whether one of the ranges covers all addresses from `first` to `last`. */
export function coverAll(ranges: SortedRanges, first: Address, last: Address): boolean {
	const range = ranges[lastNotAfter(ranges, first)];

	return range !== undefined && compare(last, range.last) <= 0;
}

/** Merges two lists of ranges that are in order. */
function* merge(one: readonly AddressRange[], other: readonly AddressRange[]): Steps<SortedRanges> {
	const merged: AddressRange[] = [];
	let ofOne = 0;
	let ofOther = 0;
	while (ofOne < one.length || ofOther < other.length) {
		if ((ofOne + ofOther) % AT_ONCE === 0) {
			yield;
		}

		const left = one[ofOne];
		const right = other[ofOther];
		if (right === undefined || (left !== undefined && byFirst(left, right) <= 0)) {
			append(merged, left);
			ofOne += 1;
		} else {
			append(merged, right);
			ofOther += 1;
		}
	}

	return merged;
}

/** If two CIDRs overlap, one lies within the other. Keeps the larger one, which comes first. */
function append(ranges: AddressRange[], range: AddressRange | undefined): void {
	const before = ranges.at(-1);
	if (range && (before === undefined || compare(range.last, before.last) > 0)) {
		ranges.push(range);
	}
}

/** If two ranges begin with the same address, the larger one comes first. */
export function byFirst(one: AddressRange, other: AddressRange): number {
	return compare(one.first, other.first) || compare(other.last, one.last);
}

/** The index of the last range that begins at or before an address; -1 if none does. */
export function lastNotAfter(ranges: SortedRanges, address: Address): number {
	let low = 0;
	let high = ranges.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		const range = ranges[middle];
		if (range && compare(range.first, address) <= 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}

	return low - 1;
}

export function compare(one: Address, other: Address): number {
	for (let index = 0; index < one.length; index += 1) {
		const difference = (one[index] ?? 0) - (other[index] ?? 0);
		if (difference !== 0) {
			return difference;
		}
	}

	return 0;
}
