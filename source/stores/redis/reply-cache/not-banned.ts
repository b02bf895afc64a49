import {RecentMap} from '../../../collections/recent-map.ts';
import {isFresh, Turn} from './freshness.ts';

interface Seen {
	/** When the server was last asked about the client and found no ban. */
	readonly askedAt: number;
	/** When a limit last refused one of the client's requests. */
	readonly refusedAt: number;
	/** Gives one request the turn to ask the server again. */
	readonly turn: Turn;
}

/** How many clients are remembered. */
const MAX_CLIENTS = 20_000;

/**
 * Remembers for a second that a client is not banned, if a limit is refusing it. Otherwise each request to a
 * full `specific` without a global rule would ask the server about a ban.
 */
export class NotBanned {
	readonly #seen = new RecentMap<Seen>(MAX_CLIENTS);

	/** The server has found no ban of this client. */
	foundNoBan(client: string, askedAt: number): void {
		const refusedAt = this.#seen.get(client)?.refusedAt ?? -Infinity;
		this.#seen.set(client, {askedAt, refusedAt, turn: new Turn(askedAt)});
	}

	/** A limit has refused a request of this client. */
	refused(client: string, now: number): void {
		const seen = this.#seen.get(client);
		if (seen) {
			this.#seen.set(client, {...seen, refusedAt: now});
		}
	}

	/** False once shortly before the second is over, so that one request asks the server for all others. */
	has(client: string, now: number): boolean {
		const seen = this.#seen.get(client);

		return (
			seen !== undefined &&
			isFresh(seen.askedAt, now) &&
			isFresh(seen.refusedAt, now) &&
			!seen.turn.isMine(now)
		);
	}

	forget(client: string): void {
		this.#seen.delete(client);
	}

	clear(): void {
		this.#seen.clear();
	}
}
