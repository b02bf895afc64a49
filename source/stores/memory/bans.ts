import {ExpiringMap} from '../../collections/expiring-map.ts';
import type {StoredBan} from '../ban-records.ts';
import {type BanNote, Bans} from '../deciding/bans.ts';

/** How many bans are listed before other work may run. */
const PAGE = 1000;

/** The bans of a store in memory. */
export class MemoryBans extends Bans {
	readonly #maps: ReadonlyArray<ExpiringMap<BanNote>>;

	/** @param max the most bans of each origin */
	constructor(max: number) {
		const reports = new ExpiringMap<BanNote>(max);
		const trap = new ExpiringMap<BanNote>(max);
		const operator = new ExpiringMap<BanNote>(max);
		super({reports, trap, operator});
		this.#maps = [reports, trap, operator];
	}

	/** The bans in force, page by page: of those that were there at the first page. */
	*list(clock: () => number): Generator<readonly StoredBan[]> {
		// One may have two: see `begin`.
		const clients = [...new Set(this.#maps.flatMap(map => [...map.keys()]))];
		for (let from = 0; from < clients.length; from += PAGE) {
			const now = clock();
			const page: StoredBan[] = [];
			for (const client of clients.slice(from, from + PAGE)) {
				const ban = this.listed(client, now);
				if (ban) {
					page.push(ban);
				}
			}

			yield page;
		}
	}

	/** Removes some of the bans that have ended. No call takes long. */
	removeEnded(now: number): void {
		for (const map of this.#maps) {
			map.removeExpired(now);
		}
	}

	clear(): void {
		for (const map of this.#maps) {
			map.clear();
		}
	}
}
