import type {Rule} from '../rule.ts';
import type {Quota} from '../verdict.ts';
import type {SlidingLog} from './sliding-log.ts';

/** The quota under a rule, by a client's log for it. Unlike a decision, this leaves the log as it is. */
export function inspectedQuota(log: SlidingLog | undefined, rule: Rule, now: number): Quota {
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
