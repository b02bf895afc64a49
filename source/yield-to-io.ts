import {setImmediate} from 'node:timers/promises';

/** Resolves after the event loop has served the I/O that waits, such as requests. */
export function yieldToIo(): Promise<void> {
	return setImmediate();
}
