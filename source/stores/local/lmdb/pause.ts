const nothing = new Int32Array(new SharedArrayBuffer(4));

/** Lets other processes run for some milliseconds. This one does nothing meanwhile. */
export function pause(ms: number): void {
	Atomics.wait(nothing, 0, 0, ms);
}
