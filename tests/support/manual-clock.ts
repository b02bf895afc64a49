import {MemoryStore} from '../../source/index.ts';

/** A MemoryStore whose clock stands still until `pass` moves it on by milliseconds. */
export function manualClockStore(): {store: MemoryStore; pass: (ms: number) => void} {
	let now = 0;
	const store = new MemoryStore({clock: () => now});

	return {
		store,
		pass: ms => {
			now += ms;
		},
	};
}
