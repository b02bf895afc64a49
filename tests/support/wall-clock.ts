import type {ExecutionContext} from 'ava';

/** Stops `Date.now()` at a time until the test ends. The test must be serial. */
export function stopWallClock(t: ExecutionContext, now: number): void {
	const {now: original} = Date;
	Date.now = () => now;
	t.teardown(() => {
		Date.now = original;
	});
}
