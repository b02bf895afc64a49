import {setImmediate} from 'node:timers/promises';
import {
	type Gatekeeper,
	type GatekeeperOptions,
	gatekeeper,
	MemoryStore,
	type Store,
} from '../../../source/index.ts';
import {forwardTo} from '../forwarding-store.ts';
import type {AnyGate} from './any-crowd.ts';

/** A gate with its own store, in which no time passes. */
export function newGate(
	{counts, excludedMethods, isRemote}: AnyGate,
	options: Pick<GatekeeperOptions, 'routers'>,
): Gatekeeper {
	const memory: Store = new MemoryStore({clock: () => 0});
	const remote = forwardTo(memory, {
		admit: async (...question) => {
			await setImmediate();
			return memory.admit(...question);
		},
	});

	return gatekeeper({
		...options,
		excludedMethods,
		ipHeader: 'X-Forwarded-For',
		store: isRemote ? remote : memory,
		storeTimeout: 60,
		...(counts.length > 0 && {rateLimitRule: counts.map(count => [count, 60] as const)}),
	});
}
