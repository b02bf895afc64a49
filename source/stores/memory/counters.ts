import type {Rule} from '../rule.ts';
import {SlidingLog} from './sliding-log.ts';

/** Counts the requests, or the reports, of one rule: each client has a log for it. */
export interface Counter {
	readonly rule: Rule;
	/** Even for requests, odd for reports. */
	readonly number: number;
	/** A cursor: `openLogs` points it at the log of the client that is decided about. */
	readonly log: SlidingLog;
}

const none: readonly Counter[] = [];

/** Numbers the counters of rules: equal rules share one, whichever gate they are of. */
export class Counters {
	/** The longest window of any rule so far, in milliseconds. */
	longestWindow: number;
	readonly #numbers = new Map<string, number>();
	readonly #ofRules = new WeakMap<readonly Rule[], readonly Counter[]>();
	#lastRules: readonly Rule[] = [];
	#lastCounters: readonly Counter[] = [];

	/** @param minWindow what `longestWindow` is at least */
	constructor(minWindow: number) {
		this.longestWindow = minWindow;
	}

	/** The counters of a list of rules. Found once for each list, which must not change. */
	ofRequests(rules: readonly Rule[]): readonly Counter[] {
		if (rules.length === 0) {
			return none;
		}

		if (rules !== this.#lastRules) {
			this.#lastCounters = this.#ofRules.get(rules) ?? this.#number(rules);
			this.#lastRules = rules;
		}

		return this.#lastCounters;
	}

	ofReports(rule: Rule): Counter {
		return this.#counter(rule, 1);
	}

	#number(rules: readonly Rule[]): readonly Counter[] {
		const counters = rules.map(rule => this.#counter(rule, 0));
		this.#ofRules.set(rules, counters);
		return counters;
	}

	#counter(rule: Rule, kind: 0 | 1): Counter {
		const number = this.#numbers.get(rule.id) ?? this.#numbers.size;
		this.#numbers.set(rule.id, number);
		this.longestWindow = Math.max(this.longestWindow, rule.window);
		return {rule, number: 2 * number + kind, log: new SlidingLog()};
	}
}

export function isOfReports(number: number): boolean {
	return number % 2 === 1;
}
