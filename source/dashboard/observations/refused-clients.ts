import type {Explanation} from '../../context.ts';
import type {RefusedEvent} from '../../telemetry/events.ts';
import type {RefusedClient} from '../json/dashboard-json.ts';
import {type Clock, wallTime} from './clock.ts';
import {type CountedClient, FrequentClients} from './frequent-clients.ts';
import {SEGMENTS, segmentAt} from './segments.ts';

/** How many clients are shown. */
const MAX_SHOWN = 20;

/** The clients that were refused most during the last hour. */
export class RefusedClients {
	readonly #clock: Clock;
	/** Those of a segment stand at its number modulo their count. */
	readonly #segments = Array.from({length: SEGMENTS}, () => new FrequentClients());
	#current = new FrequentClients();
	#segment: number;

	constructor(clock: Clock) {
		this.#clock = clock;
		this.#segment = segmentAt(clock.steady());
		this.#segments[this.#segment % SEGMENTS] = this.#current;
	}

	note(event: RefusedEvent): void {
		const now = this.#clock.steady();
		this.#goOnTo(segmentAt(now));
		this.#current.note(event, now);
	}

	/** The busiest first. */
	read(): readonly RefusedClient[] {
		this.#goOnTo(segmentAt(this.#clock.steady()));
		const all = new Map<string, CountedClient>();
		for (const {clients} of this.#segments) {
			for (const [client, counted] of clients) {
				const other = all.get(client);
				all.set(client, other ? joined(counted, other) : counted);
			}
		}

		return [...all]
			.sort(([, one], [, other]) => other.refused - one.refused || other.lastAt - one.lastAt)
			.slice(0, MAX_SHOWN)
			.map(([client, {refused, kind, rule, by, lastAt}]) => ({
				client,
				refused,
				kind,
				rule,
				...(by !== undefined && {by}),
				lastAt: wallTime(this.#clock, lastAt),
			}));
	}

	/** How the client of a refused request was identified, as far as that is remembered. */
	explanationOf(client: string): Explanation | undefined {
		this.#goOnTo(segmentAt(this.#clock.steady()));
		const found = this.#segments
			.map(({clients}) => clients.get(client))
			.filter(counted => counted?.explanation !== undefined)
			.sort((one, other) => (other?.lastAt ?? 0) - (one?.lastAt ?? 0));

		return found[0]?.explanation;
	}

	/** Forgets the segments that are an hour old. */
	#goOnTo(segment: number): void {
		if (segment === this.#segment) {
			return;
		}

		for (let next = Math.max(this.#segment, segment - SEGMENTS) + 1; next <= segment; next += 1) {
			this.#current = new FrequentClients();
			this.#segments[next % SEGMENTS] = this.#current;
		}

		this.#segment = segment;
	}
}

function joined(one: CountedClient, other: CountedClient): CountedClient {
	const later = one.lastAt > other.lastAt ? one : other;

	return {...later, refused: one.refused + other.refused};
}
