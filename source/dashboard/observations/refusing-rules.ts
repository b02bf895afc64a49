import type {RefusedEvent} from '../../telemetry/events.ts';
import type {RefusingRule} from '../json/dashboard-json.ts';
import {type Clock, wallTime} from './clock.ts';
import {SEGMENTS, segmentAt} from './segments.ts';

/** How many rules are shown. */
const MAX_SHOWN = 50;

/** How many are counted by their names. The others count as `'other'`, at most once for each kind of refusal. */
const MAX_NAMED = 46;

type Kind = RefusedEvent['kind'];

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
	readonly #kinds: Readonly<Record<Kind, Map<string, CountedRule>>> = {
		limited: new Map(),
		banned: new Map(),
		denied: new Map(),
		unavailable: new Map(),
	};
	#named = 0;
	/** The segment in which idle rules were forgotten last. */
	#forgottenIn = -1;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	note({kind, rules}: RefusedEvent): void {
		const now = this.#clock.steady();
		if (rules.length === 0) {
			this.#count(kind, '', now);
			return;
		}

		for (const rule of rules) {
			this.#count(kind, rule, now);
		}
	}

	/** The busiest first. */
	read(): readonly RefusingRule[] {
		this.#forgetIdle();
		const rules = Object.entries(this.#kinds) as Array<[Kind, Map<string, CountedRule>]>;

		return rules
			.flatMap(([kind, ofKind]) =>
				[...ofKind].map(([rule, {counts, lastAt}]) => ({
					kind,
					rule,
					refused: counts.reduce((sum, count) => sum + count),
					lastAt: wallTime(this.#clock, lastAt),
				})),
			)
			.sort((one, other) => other.refused - one.refused)
			.slice(0, MAX_SHOWN);
	}

	#count(kind: Kind, rule: string, now: number): void {
		const segment = segmentAt(now);
		const counted = this.#kinds[kind].get(rule) ?? this.#add(kind, rule, segment);
		passTo(counted, segment);
		const index = segment % SEGMENTS;
		counted.counts[index] = (counted.counts[index] ?? 0) + 1;
		counted.lastAt = now;
	}

	#add(kind: Kind, rule: string, segment: number): CountedRule {
		const rules = this.#kinds[kind];
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
		for (const rules of Object.values(this.#kinds)) {
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

/** Forgets what was counted an hour before a segment. */
function passTo(counted: CountedRule, segment: number): void {
	for (let next = Math.max(counted.segment, segment - SEGMENTS) + 1; next <= segment; next += 1) {
		counted.counts[next % SEGMENTS] = 0;
	}

	counted.segment = Math.max(counted.segment, segment);
}
