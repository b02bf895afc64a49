import type {StoredBan} from '../store.ts';

type Cause = Pick<StoredBan, 'by' | 'reason'>;

/** The bans by client, each until its end; an ended one is as good as none. */
export class Bans {
	readonly #bans = new Map<string, {readonly cause: Cause; readonly until: number}>();

	/** Begins a ban in place of any that there is; `until` Infinity for one without end. */
	begin(client: string, by: StoredBan['by'], reason: string | undefined, until: number): void {
		this.#bans.set(client, {cause: reason === undefined ? {by} : {by, reason}, until});
	}

	/** The ban in force, if any. */
	find(client: string, now: number): StoredBan | undefined {
		const ban = this.#bans.get(client);
		return ban && ban.until > now ? {client, ...ban.cause, endsInMs: ban.until - now} : undefined;
	}

	end(client: string): void {
		this.#bans.delete(client);
	}

	/** Those in force, each with the time left when it is told. */
	*list(clock: () => number): Generator<StoredBan> {
		for (const client of this.#bans.keys()) {
			const ban = this.find(client, clock());
			if (ban) {
				yield ban;
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
