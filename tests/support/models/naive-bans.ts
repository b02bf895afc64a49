import type {NewBan, StoredBan} from '../../../source/stores/ban-records.ts';
import type {Banned} from '../../../source/stores/verdict.ts';

type Origin = 'reports' | 'trap' | 'operator';

interface Ban {
	readonly origin: Origin;
	readonly cause: Omit<Banned, 'kind' | 'endsInMs'>;
	readonly end: number;
	readonly strike: number | undefined;
	/** When the ban by reports ends that the trap's ban hides. */
	readonly hiddenEnd: number;
}

/** Bans of clients, or of ranges, in their plainest form. */
export class NaiveBans {
	readonly #clock: {readonly now: number};
	readonly #bans = new Map<string, Ban>();

	constructor(clock: {readonly now: number}) {
		this.#clock = clock;
	}

	begin(whose: string, {duration, reason, ...ban}: NewBan): void {
		const end = this.#clock.now + duration;
		const earlier = this.find(whose);
		if (ban.isTrap && earlier && earlier.end >= end) {
			return;
		}

		const isTrap = ban.isTrap && earlier?.origin !== 'operator';
		this.#bans.set(whose, {
			origin: isTrap ? 'trap' : 'operator',
			cause: causeOf('hand', reason),
			end,
			strike: undefined,
			hiddenEnd: isTrap ? this.#reportsEnd(earlier) : 0,
		});
	}

	beginByReports(whose: string, {duration, reason}: NewBan, strike?: number): void {
		const end = this.#clock.now + duration;
		const trap = this.find(whose);
		this.#bans.set(
			whose,
			trap && trap.end >= end
				? {...trap, hiddenEnd: end}
				: {origin: 'reports', cause: causeOf('reports', reason), end, strike, hiddenEnd: 0},
		);
	}

	/** Whether reports count during this ban. */
	countsReports(ban: Ban): boolean {
		return ban.origin === 'trap' && ban.hiddenEnd <= this.#clock.now;
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

	#reportsEnd(ban: Ban | undefined): number {
		return (ban?.origin === 'reports' ? ban.end : ban?.hiddenEnd) ?? 0;
	}
}

function causeOf(by: Banned['by'], reason: string | undefined): Ban['cause'] {
	return reason === undefined ? {by} : {by, reason};
}
