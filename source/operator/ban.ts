import {secondsLeft} from '../checks/duration.ts';
import type {Ban} from '../context.ts';
import type {StoredBan} from '../stores/ban-records.ts';

/** A ban as operators see it. */
export function shownBan({endsInMs, ...ban}: StoredBan): Ban {
	return {...ban, retryAfter: secondsLeft(endsInMs)};
}
