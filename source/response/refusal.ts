import {wholeSeconds} from '../checks/duration.ts';
import type {GateVerdict, Refusal} from '../context.ts';
import type {SettledBanRule} from '../stores/rule.ts';
import type {Banned, Limited, Quota} from '../stores/verdict.ts';

/** A verdict that does not admit the request. */
export type Refused = Exclude<GateVerdict, {kind: 'admitted'}>;

/** Describes a refusal, for the client and for `onRefused`. */
export function refusalOf(refused: Refused, banRule: SettledBanRule | undefined): Refusal {
	switch (refused.kind) {
		case 'limited':
			return limited(refused);
		case 'banned':
			return banned(refused, banRule);
		case 'denied':
			return {kind: 'denied', status: 403, rules: [], text: 'denied'};
		case 'unavailable':
			return {
				kind: 'unavailable',
				status: 503,
				retryAfter: 1,
				rules: [],
				text: 'temporarily unavailable',
			};
	}
}

/** If several rules are full, waits for the one that frees up last. */
function limited({quotas}: Limited): Refusal {
	const {rule, freesInMs} = quotas.reduce(later);
	const retryAfter = wholeSeconds(freesInMs);

	return {
		kind: 'limited',
		status: 429,
		retryAfter,
		rules: quotas.map(quota => quota.rule.name),
		text: `rate limited for ${retryAfter}s (over ${times(rule.count, 'request')} in a ${seconds(rule.window)} window)`,
	};
}

function banned({by, reason, endsInMs}: Banned, banRule: SettledBanRule | undefined): Refusal {
	const rule = by === 'reports' ? banRule : undefined;
	const isEndless = endsInMs === Infinity;
	const length = isEndless ? '' : ` for ${wholeSeconds(endsInMs)}s`;
	const cause = rule
		? ` (reported ${times(rule.count, 'time')} in a ${seconds(rule.window)} window)`
		: '';

	return {
		kind: 'banned',
		status: 403,
		rules: rule ? [rule.name] : [],
		text: `banned${length}${cause}`,
		by,
		...(isEndless ? {} : {retryAfter: wholeSeconds(endsInMs)}),
		...(reason === undefined ? {} : {reason}),
	};
}

function later(one: Quota, other: Quota): Quota {
	return other.freesInMs > one.freesInMs ? other : one;
}

function times(count: number, what: string): string {
	return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function seconds(ms: number): string {
	return `${ms / 1000}s`;
}
