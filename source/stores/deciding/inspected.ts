import type {Rule} from '../rule.ts';
import type {Quota} from '../verdict.ts';

/** A log that can be looked at without a change. */
export interface InspectedLog {
	readonly length: number;
	/** How many of the first times have left the window. */
	gone(window: number, now: number): number;
	/** How long ago the time at an index was. */
	since(index: number, now: number): number;
}

/** The quota under a rule, by a client's log for it. Unlike a decision, this leaves the log as it is. */
export function inspectedQuota(log: InspectedLog | undefined, rule: Rule, now: number): Quota {
	const {count, window} = rule;
	const gone = log?.gone(window, now) ?? 0;
	if (log === undefined || gone === log.length) {
		return {rule, remaining: count, freesInMs: window};
	}

	return {
		rule,
		remaining: count - (log.length - gone),
		freesInMs: window - log.since(gone, now),
	};
}
