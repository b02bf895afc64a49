import {types} from 'node:util';
import {MemoryStore} from '../memory/memory-store.ts';
import type {Store} from '../store.ts';
import type {GateStore} from './gate-store.ts';
import {GuardedStore, type GuardedStoreOptions} from './guarded-store.ts';
import {UnguardedStore} from './unguarded-store.ts';

/** Prepares a store for a gate: puts it under a policy, unless it is a MemoryStore, which never fails. */
export function guard(store: Store, options: GuardedStoreOptions): GateStore {
	return isMemoryStore(store) ? new UnguardedStore(store) : new GuardedStore(store, options);
}

/** Not one that is extended or wrapped, to trace it for example: its methods may fail. */
function isMemoryStore(store: Store): store is MemoryStore {
	return (
		!types.isProxy(store) &&
		Object.getPrototypeOf(store) === MemoryStore.prototype &&
		Object.keys(store).every(name => name === 'shared')
	);
}
