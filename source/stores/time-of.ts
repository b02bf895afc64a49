import {SteadyClock} from './steady-clock.ts';
import type {Store} from './store.ts';

const clocks = new WeakMap<Store, SteadyClock>();

/** The time in this process, in milliseconds, by the store's clock if it has one. It never goes back. */
export function timeOf(store: Store): number {
	const known = clocks.get(store);
	if (known) {
		return known.now();
	}

	const clock = new SteadyClock(() => (store.clock ? store.clock() : performance.now()));
	clocks.set(store, clock);
	return clock.now();
}
