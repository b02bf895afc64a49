import {MemoryStore} from '../memory/memory-store.ts';
import type {Store} from '../store.ts';
import type {GateStore} from './gate-store.ts';
import {GuardedStore, type GuardedStoreOptions} from './guarded-store.ts';
import {UnguardedStore} from './unguarded-store.ts';

/** Prepares a store for a gate: puts it under a policy, unless it is a MemoryStore, which never fails. */
export function guard(store: Store, options: GuardedStoreOptions): GateStore {
	const guarded = () => new GuardedStore(store, options);

	return MemoryStore.isPlain(store) ? new UnguardedStore(store, guarded) : guarded();
}
