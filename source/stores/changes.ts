import {RecentMap} from '../collections/recent-map.ts';

/** How many clients are remembered: far more than are changed while a question is on its way. */
const MAX_CLIENTS = 20_000;

/**
 * Which clients' bans, reports or counts were changed lately: an answer to what was asked about a client
 * before such a change says nothing after it.
 */
export class Changes {
	#made = 0;
	readonly #of = new RecentMap<number>(MAX_CLIENTS);

	/** Marks the moment at which a question is asked. */
	get mark(): number {
		return this.#made;
	}

	made(client: string): void {
		this.#made += 1;
		this.#of.set(client, this.#made);
	}

	/** Whether this client was changed after the mark. */
	isSince(mark: number, client: string): boolean {
		return (this.#of.get(client) ?? 0) > mark;
	}
}
