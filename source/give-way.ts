import {setImmediate} from 'node:timers/promises';

/** Resolves after the event loop has served the I/O that waits, such as requests. */
export function giveWay(): Promise<void> {
	return setImmediate();
}
