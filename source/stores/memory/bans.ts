import type {Banned, StoredBan} from '../store.ts';

type Cause = Pick<StoredBan, 'by' | 'reason'>;

/** Milliseconds. */
const SWEEP_INTERVAL = 1000;

/** The bans by client, each until its end; an ended one is as good as none. */
export class Bans {
	readonly most: number;
	readonly #bans = new Map<string, {readonly cause: Cause; readonly until: number}>();
	#sweptAt = -Infinity;

	constructor(most: number) {
		this.most = most;
	}

	/** Whether one more may begin, or one in place of the client's own. */
	hasRoomFor(client: string, now: number): boolean {
		if (this.#bans.size < this.most || this.#bans.has(client)) {
			return true;
		}

		// To look through all of them is not for every report of a flood.
		if (now - this.#sweptAt >= SWEEP_INTERVAL) {
			this.#sweptAt = now;
			this.forgetEnded(now);
		}

		return this.#bans.size < this.most;
	}

	/** Begins a ban in place of any that there is; `until` Infinity for one without end. */
	begin(client: string, by: StoredBan['by'], reason: string | undefined, until: number): void {
		this.#bans.set(client, {cause: reason === undefined ? {by} : {by, reason}, until});
	}

	/** The ban in force, if any. */
	find(client: string, now: number): Banned | undefined {
		return this.#bans.size === 0 ? undefined : this.#findAny(client, now);
	}

	#findAny(client: string, now: number): Banned | undefined {
		const ban = this.#bans.get(client);
		return ban && ban.until > now
			? {kind: 'banned', ...ban.cause, endsInMs: ban.until - now}
			: undefined;
	}

	end(client: string): void {
		this.#bans.delete(client);
	}

	/** Those in force that were there when it began, each with the time left when it is told. */
	*list(clock: () => number): Generator<StoredBan> {
		for (const client of [...this.#bans.keys()]) {
			const ban = this.find(client, clock());
			if (ban) {
				const {kind: _, ...shown} = ban;
				yield {client, ...shown};
			}
		}
	}

	forgetEnded(now: number): void {
		for (const [client, {until}] of this.#bans) {
			if (until <= now) {
				this.#bans.delete(client);
			}
		}
	}

	clear(): void {
		this.#bans.clear();
	}
}
