/** Milliseconds: the longest window that a rule may have, 45 days. */
export const MAX_WINDOW = 45 * 24 * 60 * 60 * 1000;

/** A limit rule as a store receives it. */
export interface Rule {
	readonly name: string;
	readonly count: number;
	/** Whole milliseconds. */
	readonly window: number;
	/**
	 * Whether it is one of the rules that an app is made with, or that a function returns again, and not one that a
	 * function has made for a request. Of the latter there may be any number.
	 *
	 * @default false
	 */
	readonly isFixed?: boolean;
	/** Identifies the counter: made of the name and the numbers, so that a rule with new numbers starts from zero. */
	readonly id: string;
}

/** A ban rule as a store receives it: `count` and `window` are those of reports. */
export interface SettledBanRule extends Rule {
	/**
	 * How long a client's first ban lasts, its second, and so on; the last one for all further bans. Whole
	 * milliseconds, or Infinity.
	 */
	readonly durations: readonly [first: number, ...further: number[]];
	/**
	 * Milliseconds from the end of a ban after which all bans of the client are forgotten. Without it none is
	 * remembered, so that each is the first.
	 */
	readonly forgetAfter?: number;
}
