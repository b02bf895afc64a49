import {RecentMap} from '../../collections/recent-map.ts';

/** How many rules are remembered: far more than an app has, even if it makes rules for each of its plans. */
const MAX_RULES = 40_000;

/** How many rules are remembered for good: far more than an app is made with. */
const MAX_FIXED = 10_000;

/** Numbers are smaller than this: with a further bit, they are in cells of 32 bits with a sign. */
const NUMBERS = 2 ** 30;

/**
 * Numbers rules by their ids. An app can make rules for each request, with new ids without end: the ids that were
 * used last are remembered, and the rules that the app is made with. A rule that was forgotten gets a new number, and so starts from zero. A number is given
 * again after a billion others, and never while its rule is remembered.
 */
export class RuleNumbers {
	readonly #numbers: number;
	/** By the rules' ids. A rule is set in both maps at once, so that both remember the same rules. */
	readonly #ofRules: RecentMap<number>;
	readonly #windows: RecentMap<number, number>;
	readonly #fixed = new Map<string, number>();
	readonly #fixedWindows = new Map<number, number>();
	#last = -1;

	/**
	 * @param max the most rules; the last `max / 2` that were used are always remembered
	 * @param numbers how many numbers there are: more than `max`
	 */
	constructor(max = MAX_RULES, numbers = NUMBERS) {
		this.#numbers = numbers;
		this.#ofRules = new RecentMap(max);
		this.#windows = new RecentMap(max);
	}

	/** How often rules were forgotten. A number that was asked for before the last time must be asked for again. */
	get drops(): number {
		return this.#ofRules.drops;
	}

	/**
	 * The number of a rule, which is then remembered.
	 *
	 * @param isFixed whether it is remembered for good
	 */
	use(id: string, window: number, isFixed = false): number {
		const number = this.find(id) ?? this.#unused();
		if (isFixed && this.#fixed.size < MAX_FIXED) {
			this.#fixed.set(id, number);
			this.#fixedWindows.set(number, window);
		} else if (!this.isFixed(number)) {
			this.#ofRules.set(id, number);
			this.#windows.set(number, window);
		}

		return number;
	}

	/** The number of a rule, if it is remembered. */
	find(id: string): number | undefined {
		return this.#fixed.get(id) ?? this.#ofRules.get(id);
	}

	/** The window of the rule with a number, if it is remembered. */
	windowOf(number: number): number | undefined {
		return this.#fixedWindows.get(number) ?? this.#windows.get(number);
	}

	/** Whether the rule with a number is remembered for good. */
	isFixed(number: number): boolean {
		return this.#fixedWindows.has(number);
	}

	#unused(): number {
		do {
			this.#last = (this.#last + 1) % this.#numbers;
		} while (this.windowOf(this.#last) !== undefined);

		return this.#last;
	}
}
