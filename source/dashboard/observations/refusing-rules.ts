import type {RefusedEvent} from '../../telemetry/events.ts';
import type {RefusingRule} from '../json/dashboard-json.ts';
import {type Clock, wallTime} from './clock.ts';
import {SEGMENTS, segmentAt} from './segments.ts';

/** How many rules are shown. */
const MAX_SHOWN = 50;

/** How many are counted by their names. The others count as `'other'`, at most once for each cause. */
const MAX_NAMED = 46;

/** Why a request was refused. Bans after reports and by hand are counted apart. */
type Cause = Exclude<RefusedEvent['kind'], 'banned'> | 'reports' | 'hand';

interface CountedRule {
	/** The count of a segment stands at its number modulo their count. */
	readonly counts: number[];
	/** The last one that it refused in. */
	segment: number;
	/** By the steady clock. */
	lastAt: number;
}

/** How often each rule has refused requests during the last hour. */
export class RefusingRules {
	readonly #clock: Clock;
	readonly #causes: Readonly<Record<Cause, Map<string, CountedRule>>> = {
		limited: new Map(),
		reports: new Map(),
		hand: new Map(),
		denied: new Map(),
		unavailable: new Map(),
	};
	#named = 0;
	/** The segment in which idle rules were forgotten last. */
	#forgottenIn = -1;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	note({kind, by = 'reports', rules}: RefusedEvent): void {
		const cause = kind === 'banned' ? by : kind;
		const now = this.#clock.steady();
		if (rules.length === 0) {
			this.#count(cause, '', now);
			return;
		}

		for (const rule of rules) {
			this.#count(cause, rule, now);
		}
	}

	/** The busiest first. */
	read(): readonly RefusingRule[] {
		this.#forgetIdle();
		const rules = Object.entries(this.#causes) as Array<[Cause, Map<string, CountedRule>]>;

		return rules
			.flatMap(([cause, ofCause]) =>
				[...ofCause].map(([rule, {counts, lastAt}]) => ({
					...kindOf(cause),
					rule,
					refused: counts.reduce((sum, count) => sum + count),
					lastAt: wallTime(this.#clock, lastAt),
				})),
			)
			.sort((one, other) => other.refused - one.refused)
			.slice(0, MAX_SHOWN);
	}

	#count(cause: Cause, rule: string, now: number): void {
		const segment = segmentAt(now);
		const counted = this.#causes[cause].get(rule) ?? this.#add(cause, rule, segment);
		passTo(counted, segment);
		const index = segment % SEGMENTS;
		counted.counts[index] = (counted.counts[index] ?? 0) + 1;
		counted.lastAt = now;
	}

	#add(cause: Cause, rule: string, segment: number): CountedRule {
		const rules = this.#causes[cause];
		if (this.#named >= MAX_NAMED && this.#forgottenIn !== segment) {
			this.#forgetIdle();
		}

		const isFull = this.#named >= MAX_NAMED;
		const name = isFull ? 'other' : rule;
		const known = rules.get(name);
		if (known !== undefined) {
			return known;
		}

		const counted = {counts: new Array<number>(SEGMENTS).fill(0), segment, lastAt: 0};
		rules.set(name, counted);
		this.#named += isFull ? 0 : 1;
		return counted;
	}

	/** Forgets the rules that have refused nothing for an hour. */
	#forgetIdle(): void {
		const segment = segmentAt(this.#clock.steady());
		this.#forgottenIn = segment;
		this.#named = 0;
		for (const rules of Object.values(this.#causes)) {
			for (const [rule, counted] of rules) {
				passTo(counted, segment);
				if (counted.counts.every(count => count === 0)) {
					rules.delete(rule);
				}
			}

			this.#named += rules.size - (rules.has('other') ? 1 : 0);
		}
	}
}

function kindOf(cause: Cause): Pick<RefusingRule, 'kind' | 'by'> {
	return cause === 'reports' || cause === 'hand' ? {kind: 'banned', by: cause} : {kind: cause};
}

/** Forgets what was counted an hour before a segment. */
function passTo(counted: CountedRule, segment: number): void {
	for (let next = Math.max(counted.segment, segment - SEGMENTS) + 1; next <= segment; next += 1) {
		counted.counts[next % SEGMENTS] = 0;
	}

	counted.segment = Math.max(counted.segment, segment);
}
