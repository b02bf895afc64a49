import type {RequestState} from '../../request-state.ts';
import type {Stats} from '../../telemetry/stats.ts';
import {type History, verdicts} from '../json/dashboard-json.ts';
import {type Clock, wallTime} from './clock.ts';

/** Milliseconds. */
const STEP = 10_000;
/** An hour. */
const STEPS = 360;

const outcomes = [...verdicts, 'unidentified'] as const;
type Outcome = (typeof outcomes)[number];
type Counts = Pick<Stats, Outcome>;

/** What a gate knows of a request. It has counted it as soon as it is over. */
export type OwnRequest = Pick<RequestState, 'isOver' | 'verdict'>;

/** How many requests came to what in each step of the last hour. It reads how many there were in all. */
export class RequestHistory {
	readonly #stats: () => Counts;
	readonly #clock: Clock;
	/** When the first step began. */
	readonly #origin: number;
	/** A step stands at its number modulo their count. */
	readonly #steps = forEach(() => new Array<number>(STEPS).fill(0));
	#last: Counts;
	/** Requests of the page itself that were not left out yet. */
	readonly #own = new Set<OwnRequest>();
	/** Milliseconds since the origin. */
	#readAt = 0;

	constructor(stats: () => Counts, clock: Clock) {
		this.#stats = stats;
		this.#clock = clock;
		this.#origin = clock.steady();
		this.#last = stats();
	}

	/** Milliseconds until the current step is over. */
	get stepEndsIn(): number {
		return STEP - (this.#elapsed() % STEP);
	}

	/** Leaves out a request, which the gate counts when it is over. */
	leaveOut(request: OwnRequest): void {
		this.#own.add(request);
	}

	/** Notes the requests since the last call. It must be called about once in each step. */
	sample(): void {
		const now = this.#elapsed();
		const stats = this.#stats();
		const isNew = stepAt(now) - stepAt(this.#readAt);
		for (const name of outcomes) {
			const steps = this.#steps[name];
			for (let left = Math.min(isNew, STEPS); left > 0; left -= 1) {
				steps[(stepAt(now) - left + 1) % STEPS] = 0;
			}

			const count = stats[name] - this.#last[name];
			const own = name === 'admitted' ? this.#takeOwn() : 0;
			spread(steps, Math.max(0, count - own), this.#readAt, now);
		}

		this.#last = stats;
		this.#readAt = now;
	}

	read(): History {
		this.sample();
		const oldest = stepAt(this.#readAt) + 1;
		const start = wallTime(this.#clock, this.#origin + (oldest - STEPS) * STEP);

		return {
			step: STEP / 1000,
			start,
			...forEach(name => inOrder(this.#steps[name], oldest % STEPS)),
		};
	}

	/** How many of the page's own requests were counted as admitted since the last call. */
	#takeOwn(): number {
		let taken = 0;
		for (const request of this.#own) {
			if (request.isOver) {
				this.#own.delete(request);
				taken += request.verdict.kind === 'admitted' ? 1 : 0;
			}
		}

		return taken;
	}

	#elapsed(): number {
		return this.#clock.steady() - this.#origin;
	}
}

function forEach<Value>(make: (name: Outcome) => Value): Record<Outcome, Value> {
	return {
		admitted: make('admitted'),
		limited: make('limited'),
		banned: make('banned'),
		denied: make('denied'),
		unavailable: make('unavailable'),
		unidentified: make('unidentified'),
	};
}

/** @param first the index of the oldest step */
function inOrder(steps: readonly number[], first: number): number[] {
	return [...steps.slice(first), ...steps.slice(0, first)];
}

function stepAt(elapsed: number): number {
	return Math.floor(elapsed / STEP);
}

/** Adds a count to the steps between two times, evenly: after a busy event loop it is not known when they were. */
function spread(steps: number[], count: number, from: number, to: number): void {
	const dueAt = (time: number) =>
		time >= to ? count : Math.round((count * Math.max(0, time - from)) / (to - from));
	const last = stepAt(to);
	for (let step = Math.max(stepAt(from), last - STEPS + 1); step <= last; step += 1) {
		const index = step % STEPS;
		steps[index] =
			(steps[index] ?? 0) +
			dueAt((step + 1) * STEP) -
			(step * STEP > from ? dueAt(step * STEP) : 0);
	}
}
