import type {NewBan, StoredBan} from '../../../source/stores/ban-records.ts';
import type {Banned} from '../../../source/stores/verdict.ts';

interface Ban {
	readonly cause: Omit<Banned, 'kind' | 'endsInMs'>;
	readonly end: number;
	readonly strike: number | undefined;
}

/** Bans of clients, or of ranges, in their plainest form. */
export class NaiveBans {
	readonly #clock: {readonly now: number};
	readonly #bans = new Map<string, Ban>();

	constructor(clock: {readonly now: number}) {
		this.#clock = clock;
	}

	/** Returns whether the ban has begun: a longer one may be kept. */
	begin(whose: string, by: Banned['by'], ban: NewBan, strike?: number): boolean {
		const {duration, reason, keepsLonger} = ban;
		const end = this.#clock.now + duration;
		const earlier = this.find(whose);
		if (keepsLonger && earlier && earlier.end >= end) {
			return false;
		}

		const cause = reason === undefined ? {by} : {by, reason};
		this.#bans.set(whose, {cause, end, strike});
		return true;
	}

	find(whose: string): Ban | undefined {
		const ban = this.#bans.get(whose);
		return ban && this.#clock.now < ban.end ? ban : undefined;
	}

	end(whose: string): void {
		this.#bans.delete(whose);
	}

	list(): StoredBan[] {
		return [...this.#bans]
			.filter(([whose]) => this.find(whose))
			.map(([client, {cause, end, strike}]) => ({
				client,
				...cause,
				endsInMs: end - this.#clock.now,
				...(strike !== undefined && {strike}),
			}));
	}

	ends(): number[] {
		return [...this.#bans.values()].map(({end}) => end);
	}
}
