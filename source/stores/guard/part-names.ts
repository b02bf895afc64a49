import {ignoreRejection} from '../../maybe-promise.ts';
import type {Store} from '../store.ts';

/** Parts beyond this number count as one. */
const MAX_PARTS = 1000;

/** Names a slot of a part of a store. */
export type Slot = string | number;

/** Asks a store for the part and the slot that a client is on. A store without parts has one, named `''`. */
export class PartNames {
	readonly #store: Store;
	readonly #known = new Set<string>();

	constructor(store: Store) {
		this.#store = store;
	}

	partOf(client: string): string {
		const part = called(() => this.#store.partOf?.(client));
		if (typeof part !== 'string') {
			return '';
		}

		if (this.#known.size < MAX_PARTS) {
			this.#known.add(part);
		}

		return this.#known.has(part) ? part : '';
	}

	slotOf(client: string): Slot {
		const slot = called(() => this.#store.slotOf?.(client));

		return typeof slot === 'string' || typeof slot === 'number' ? slot : '';
	}
}

/** What a method of a store returns, which may be anything. */
function called(method: () => unknown): unknown {
	try {
		const returned = method();
		ignoreRejection(returned);
		return returned;
	} catch {
		return undefined;
	}
}
