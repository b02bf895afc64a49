import {RecentMap} from '../../collections/recent-map.ts';
import {isFresh, Turn} from './freshness.ts';

interface Seen {
	/** When the server was last asked about the client's ban, and said that there is none. */
	readonly askedAt: number;
	/** When a limit last refused one of the client's requests. */
	readonly refusedAt: number;
	/** Whose turn it is to ask anew. */
	readonly turn: Turn;
}

/** How many clients are remembered. */
const MAX_CLIENTS = 20_000;

/**
 * Clients that have no ban. It is believed for a second, but only of a client that limits refuse
 * meanwhile: where no global rule stands before a full one, the ban would cost a question a request.
 */
export class Unbanned {
	readonly #seen = new RecentMap<Seen>(MAX_CLIENTS);

	/** The server has answered that a client has no ban. */
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

	/** Shortly before the second is over this is false once, so that one request asks for all others. */
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
