import {isPromise} from '../maybe-promise.ts';
import {SteadyClock} from './steady-clock.ts';
import type {Store} from './store.ts';

const clocks = new WeakMap<Store, SteadyClock>();

/**
 * What time it is in this process, in milliseconds, by the store's clock if it has one. That may fail or
 * jump: this one then stands still, or goes on from where it is.
 */
export function timeOf(store: Store): number {
	const known = clocks.get(store);
	if (known) {
		return known.now();
	}

	const first = read(store);
	const clock = new SteadyClock(() => read(store), Number.isFinite(first) ? first : 0);
	clocks.set(store, clock);
	return clock.now();
}

function read(store: Store): number {
	try {
		const time: unknown = store.clock ? store.clock() : performance.now();
		ignoreFailure(time);
		return typeof time === 'number' ? time : Number.NaN;
	} catch {
		return Number.NaN;
	}
}

/** What should be there at once, and is promised, may still fail: nobody waits for it. */
export function ignoreFailure(answer: unknown): void {
	if (isPromise(answer)) {
		answer.then(undefined, () => {});
	}
}
