/** A promise, and the function that resolves it. */
export function latch(): {all: Promise<void>; release: () => void} {
	let release = () => {};
	const all = new Promise<void>(resolve => {
		release = resolve;
	});

	return {all, release};
}

/** Waits for something that no event reports. */
export async function until(hasHappened: () => boolean): Promise<void> {
	while (!hasHappened()) {
		await new Promise(resolve => {
			setImmediate(resolve);
		});
	}
}
