/** Milliseconds. */
const LENGTH = 600_000;

/** The last hour is counted in so many segments, of which the last is not over yet. */
export const SEGMENTS = 6;

/** The number of the segment that a time is in. */
export function segmentAt(steady: number): number {
	return Math.floor(steady / LENGTH);
}
