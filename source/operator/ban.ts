import {secondsLeft} from '../checks/duration.ts';
import type {StoredBan} from '../stores/ban-records.ts';

/** A ban in force. */
export interface Ban {
	/** The client's canonical key, which every method of the gate takes; or the range, as a CIDR. */
	readonly client: string;
	/** Whether reports led to the ban, or `gate.ban()` or `ctx.ban()` did. */
	readonly by: 'reports' | 'hand';
	/** The reason that was given; `'HTTP 404'` and such by `reportWhen`. */
	readonly reason?: string;
	/** Seconds until the ban ends, rounded up; Infinity for an endless ban. */
	readonly retryAfter: number;
	/** Which of the client's bans by reports it is: 1, 2, …; only if the ban rule has a list of durations. */
	readonly strike?: number;
}

export function shownBan({endsInMs, ...ban}: StoredBan): Ban {
	return {...ban, retryAfter: secondsLeft(endsInMs)};
}
