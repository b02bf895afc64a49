import type {Rule} from '../../options/rules.ts';
import {Log} from './log.ts';

/** What some logs are of: the requests, or the reports, that a rule counts. */
export interface Counter {
	readonly rule: Rule;
	/** Even for requests, odd for reports. */
	readonly number: number;
	/** Of the client that is asked about, while it is. */
	readonly log: Log;
}

const none: readonly Counter[] = [];

/** Numbers the rules' counters, which are known by name and numbers, whoever asks for them. */
export class Counters {
	/** The longest window asked about so far, but at least the shortest there is, in milliseconds. */
	longestWindow: number;
	readonly #numbers = new Map<string, number>();
	readonly #ofRules = new WeakMap<readonly Rule[], readonly Counter[]>();
	#lastRules: readonly Rule[] = [];
	#lastCounters: readonly Counter[] = [];

	constructor(shortestWindow: number) {
		this.longestWindow = shortestWindow;
	}

	/** Of rules that are asked together: looked up once for a list, which stays as it is. */
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
		const number = this.#numbers.get(rule.counter) ?? this.#numbers.size;
		this.#numbers.set(rule.counter, number);
		this.longestWindow = Math.max(this.longestWindow, rule.window);
		return {rule, number: 2 * number + kind, log: new Log()};
	}
}

export function isOfReports(number: number): boolean {
	return number % 2 === 1;
}
