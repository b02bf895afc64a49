import {RecentMap} from '../../collections/recent-map.ts';
import {Belief, isFresh} from './freshness.ts';

interface Seen {
	/** For how long it is believed that the client has no ban. */
	readonly belief: Belief;
	/** When one of the client's requests was last refused. */
	readonly refusedAt: number;
}

/** How many clients are remembered. */
const MAX_CLIENTS = 20_000;

/**
 * Remembers for a second that a client is not banned, if its requests are refused all the same. Otherwise each request to
 * a full `specific` without a global rule would ask the source about a ban.
 */
export class NotBanned {
	readonly #seen = new RecentMap<Seen>(MAX_CLIENTS);

	/** The source has found no ban of this client. */
	foundNoBan(client: string, askedAt: number, now: number): void {
		const refusedAt = this.#seen.get(client)?.refusedAt ?? -Infinity;
		this.#seen.set(client, {belief: new Belief(askedAt, now), refusedAt});
	}

	/** A gate has refused a request of this client. */
	refused(client: string, now: number): void {
		const seen = this.#seen.get(client);
		if (seen) {
			this.#seen.set(client, {...seen, refusedAt: now});
		}
	}

	/** False once shortly before the second is over, so that one request asks the source for all others. */
	has(client: string, now: number): boolean {
		const {belief, refusedAt = -Infinity} = this.#seen.get(client) ?? {};

		return belief?.isHeld(now) === true && isFresh(refusedAt, now) && !belief.isDue(now);
	}

	/** The belief that a client is not banned. */
	belief(client: string): Belief | undefined {
		return this.#seen.get(client)?.belief;
	}

	forget(client: string): void {
		this.#seen.delete(client);
	}

	clear(): void {
		this.#seen.clear();
	}
}
