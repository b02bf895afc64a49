import {RecentMap} from '../../collections/recent-map.ts';
import type {Changes} from '../changes.ts';

/** How many clients are remembered. */
const MAX_CLIENTS = 10_000;

/** Milliseconds for which a ban is believed. Another process may end it. */
const BELIEVED_FOR = 1000;

interface BelievedBan {
	readonly endsAt: number;
	readonly at: number;
	readonly version: number;
}

/** When the bans of clients end, each for a second after it was learned. */
export class BelievedBans {
	readonly #changes: Changes;
	readonly #clock: () => number;
	readonly #bans = new RecentMap<BelievedBan>(MAX_CLIENTS);

	/** @param clock milliseconds, from any origin */
	constructor(changes: Changes, clock: () => number) {
		this.#changes = changes;
		this.#clock = clock;
	}

	/** @param version of `Changes`, when the store was asked */
	learn(client: string, endsInMs: number, version: number): void {
		const at = this.#clock();
		this.#bans.set(client, {endsAt: at + endsInMs, at, version});
	}

	/** Milliseconds until the client's ban ends, if one is believed. */
	endsInMs(client: string): number | undefined {
		const ban = this.#bans.get(client);
		if (ban === undefined || this.#changes.hasOperatorChanged(client, ban.version)) {
			return undefined;
		}

		const {endsAt, at} = ban;
		const now = this.#clock();
		const isBelieved = now >= at && now - at < BELIEVED_FOR && now < endsAt;
		return isBelieved ? endsAt - now : undefined;
	}
}
