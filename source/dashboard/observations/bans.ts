import type {Ban} from '../../context.ts';
import type {BanEntry, BanList} from '../json/dashboard-json.ts';
import {errorText} from '../text/error-text.ts';
import {banEntry} from './ban-entry.ts';
import type {Clock} from './clock.ts';
import {ListedBans} from './listed-bans.ts';

/** Milliseconds. However many pages ask, the store is read no more often. */
const READ_EVERY = 5000;

/** How many milliseconds a page waits for a read: for the first one, and while it can show the list of the last one. */
const usualPatience = {first: 10_000, later: 2000};

/** How many bans are shown. */
const MAX_SHOWN = 100;

/** The bans in force: the store's, as they were lately, and this process's, as they are. */
export class Bans {
	readonly #read: () => AsyncIterable<Ban>;
	readonly #clock: Clock;
	readonly #patience: typeof usualPatience;
	readonly #list: ListedBans;
	#reading: Promise<void> | undefined;
	#readAt = -Infinity;
	#isPartial = false;
	#error: string | undefined;

	constructor(read: () => AsyncIterable<Ban>, clock: Clock, patience = usualPatience) {
		this.#read = read;
		this.#clock = clock;
		this.#patience = patience;
		this.#list = new ListedBans(clock);
	}

	begin(ban: Ban): void {
		this.#list.begin(ban);
	}

	end(client: string): void {
		this.#list.end(client);
	}

	/** @param search a part of the clients or of the reasons; all bans if it is empty */
	async list(search: string): Promise<BanList> {
		await this.#refresh();
		const wanted = search.toLowerCase();
		const entries: BanEntry[] = [];
		let total = 0;
		let inForce = 0;
		for (const ban of this.#list.inForce()) {
			inForce += 1;
			if (wanted === '' || matches(ban, wanted)) {
				total += 1;
				if (entries.length < MAX_SHOWN) {
					entries.push(banEntry(ban));
				}
			}
		}

		return {
			entries,
			total,
			inForce,
			isPartial: this.#isPartial,
			...(this.#error !== undefined && {error: this.#error}),
		};
	}

	/** The ban of a client or of a range, by the name that the list shows. */
	async find(client: string): Promise<BanEntry | undefined> {
		await this.#refresh();
		const ban = this.#list.get(client);

		return ban && banEntry(ban);
	}

	async #refresh(): Promise<void> {
		if (this.#reading === undefined && this.#clock.steady() - this.#readAt >= READ_EVERY) {
			this.#reading = this.#readAnew().finally(() => {
				this.#reading = undefined;
			});
		}

		const {first, later} = this.#patience;
		const patience = this.#readAt === -Infinity ? first : later;
		if (this.#reading !== undefined && !(await settles(this.#reading, patience))) {
			this.#error ??= 'The store has not listed them yet.';
		}
	}

	/** Never rejects. */
	async #readAnew(): Promise<void> {
		try {
			this.#isPartial = await this.#list.replace(this.#read());
			this.#error = undefined;
		} catch (error) {
			this.#error = errorText(error);
		} finally {
			this.#readAt = this.#clock.steady();
		}
	}
}

function matches({client, reason}: Ban, wanted: string): boolean {
	return client.toLowerCase().includes(wanted) || (reason?.toLowerCase().includes(wanted) ?? false);
}

/** Whether a promise settles within some milliseconds. It must not reject. */
async function settles(promise: Promise<void>, ms: number): Promise<boolean> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<false>(resolve => {
		timer = setTimeout(resolve, ms, false).unref();
	});
	const hasSettled = await Promise.race([promise.then(() => true), late]);
	clearTimeout(timer);
	return hasSettled;
}
