import {LITTLE_ENDIAN} from './layout.ts';

/** Keys in places of their own: a negative result if the first one comes first, 0 if they are equal. */
export type CompareKeys = (
	bytes: Uint8Array,
	start: number,
	end: number,
	otherBytes: Uint8Array,
	otherStart: number,
	otherEnd: number,
) => number;

/** As LMDB orders the keys of data: by their bytes, a shorter one before those that begin with it. */
export const compareBytes: CompareKeys = (bytes, start, end, otherBytes, otherStart, otherEnd) => {
	const length = Math.min(end - start, otherEnd - otherStart);
	for (let index = 0; index < length; index += 1) {
		const difference = (bytes[start + index] ?? 0) - (otherBytes[otherStart + index] ?? 0);
		if (difference !== 0) {
			return difference;
		}
	}

	return end - start - (otherEnd - otherStart);
};

/** As LMDB orders the keys of the free list, which are numbers of eight bytes. */
export const compareNumbers: CompareKeys = LITTLE_ENDIAN
	? (bytes, start, end, otherBytes, _otherStart, otherEnd) => {
			for (let back = 1; back <= end - start; back += 1) {
				const difference = (bytes[end - back] ?? 0) - (otherBytes[otherEnd - back] ?? 0);
				if (difference !== 0) {
					return difference;
				}
			}

			return 0;
		}
	: compareBytes;
