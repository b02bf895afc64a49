import type {Rule} from '../rule.ts';
import {RuleNumbers} from './rule-numbers.ts';
import {SlidingLog} from './sliding-log.ts';

/** Counts the requests, or the reports, of one rule: each client has a log for it. */
export interface Counter {
	readonly rule: Rule;
	/** Even for requests, odd for reports. */
	readonly number: number;
	/** A cursor: `openLogs` points it at the log of the client that is decided about. */
	readonly log: SlidingLog;
}

/** The counters of a list of rules. */
interface Numbered {
	readonly counters: readonly Counter[];
	/** How often rules had been forgotten before these were numbered. */
	readonly drops: number;
}

const none: readonly Counter[] = [];
const noRules: readonly Rule[] = [];

/** Numbers the counters of rules: equal rules share one, whichever gate they are of. */
export class Counters {
	/** The longest window of any rule so far, in milliseconds. */
	longestWindow: number;
	readonly #numbers: RuleNumbers;
	readonly #ofRules = new WeakMap<readonly Rule[], Numbered>();
	/** Most requests are counted under the same rules as the one before. */
	#lastRules = noRules;
	#lastCounters = none;
	#drops = 0;

	/** @param minWindow what `longestWindow` is at least */
	constructor(minWindow: number, numbers = new RuleNumbers()) {
		this.longestWindow = minWindow;
		this.#numbers = numbers;
	}

	/** The counters of a list of rules. Found once for each list, which must not change. */
	ofRequests(rules: readonly Rule[]): readonly Counter[] {
		if (rules.length === 0) {
			return none;
		}

		if (rules !== this.#lastRules) {
			this.#lastCounters = this.#numbered(rules);
		}

		return this.#lastCounters;
	}

	ofReports(rule: Rule): Counter {
		return this.#counter(rule, 1);
	}

	/** The number of the counter of a rule's requests, if it is remembered. */
	findOfRequests(rule: Rule): number | undefined {
		const number = this.#numbers.find(rule.id);
		return number === undefined ? undefined : 2 * number;
	}

	/** The number of the counter of a rule's reports, if it is remembered. */
	findOfReports(rule: Rule): number | undefined {
		const number = this.#numbers.find(rule.id);
		return number === undefined ? undefined : 2 * number + 1;
	}

	/** Whether a log of this counter contains nothing that still matters. */
	isOver(number: number, last: number, now: number): boolean {
		const window = this.#numbers.windowOf(number >> 1);
		return window === undefined || now - last >= window;
	}

	/** Whether a log of this counter stays, however many rules there are: of reports, or of a rule of the app itself. */
	isKept(number: number): boolean {
		return isOfReports(number) || this.#numbers.isFixed(number >> 1);
	}

	#numbered(rules: readonly Rule[]): readonly Counter[] {
		this.#lastRules = rules;
		const known = this.#ofRules.get(rules);
		const drops = this.#drops;
		if (known?.drops === drops) {
			return known.counters;
		}

		const counters = rules.map(rule => this.#counter(rule, 0));
		this.#ofRules.set(rules, {counters, drops});
		return counters;
	}

	#counter(rule: Rule, kind: 0 | 1): Counter {
		const number = this.#numbers.use(rule.id, rule.window, rule.isFixed);
		if (this.#drops !== this.#numbers.drops) {
			this.#drops = this.#numbers.drops;
			this.#lastRules = noRules;
		}

		this.longestWindow = Math.max(this.longestWindow, rule.window);
		return {rule, number: 2 * number + kind, log: new SlidingLog()};
	}
}

export function isOfReports(number: number): boolean {
	return number % 2 === 1;
}
