import type {Ban} from '../../context.ts';
import type {BanEntry} from '../json/dashboard-json.ts';

/** A ban as JSON, in which a number can't be infinite. */
export function banEntry({client, by, reason, retryAfter, strike}: Ban): BanEntry {
	return {
		client,
		by,
		...(reason !== undefined && {reason}),
		retryAfter: retryAfter === Infinity ? null : retryAfter,
		...(strike !== undefined && {strike}),
	};
}
