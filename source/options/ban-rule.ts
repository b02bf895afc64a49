import {type Duration, milliseconds} from '../checks/duration.ts';
import {badOption} from '../checks/option-checks.ts';
import type {SettledBanRule} from '../stores/rule.ts';
import {warnEachTime} from '../warnings.ts';
import {ruleFields, settleRule} from './rule-fields.ts';

/**
 * Bans a client that is reported `count` times within any `window`, for `duration` from the last report.
 *
 * @example [3, 60, 600]
 * @example {count: 3, window: '1m', duration: ['10m', '1h', '1d'], forgetAfter: '7d'}
 * @see fail2ban: `maxretry`, `findtime`, `bantime`, `bantime.increment`
 */
export type BanRule =
	| readonly [count: number, window: Duration, duration: BanDuration]
	| {
			/** How many reports begin a ban: 1 to 1,000,000. */
			readonly count: number;
			/** Seconds, or text such as `'1m'`; at most 45 days. */
			readonly window: Duration;
			readonly duration: BanDuration;
			/**
			 * With a list of durations: how long after the end of a ban all bans of the client are forgotten; seconds,
			 * or text such as `'7d'`; at most a year.
			 *
			 * @default 1 day
			 */
			readonly forgetAfter?: Duration;
			/**
			 * Printable ASCII, at most 100 characters.
			 *
			 * @default 'ban'
			 */
			readonly name?: string;
	  };

/**
 * How long a ban lasts: seconds, or text such as `'10m'`; `Infinity` for an endless ban. A list is for clients that are
 * banned again: their first ban lasts the first duration, the second ban the second, every further one the last.
 */
export type BanDuration = Duration | readonly Duration[];

const DAY = 24 * 60 * 60;
/** Milliseconds: a year. */
const MAX_FORGET_AFTER = 365 * DAY * 1000;

/**
 * Reads a ban rule.
 *
 * @throws {TypeError} naming the option
 */
export function settleBanRule(given: unknown, option: string): SettledBanRule {
	const fields = ruleFields(
		given,
		['count', 'window', 'duration'],
		['forgetAfter', 'name'],
		option,
	);
	const rule = settleRule(fields, {
		option,
		nextName: () => 'ban',
		warn: warnEachTime,
		isFixed: true,
	});
	const {duration, forgetAfter} = fields;
	if (Array.isArray(duration)) {
		return {
			...rule,
			durations: settleDurations(duration, `${option}.duration`),
			forgetAfter: milliseconds(
				forgetAfter === undefined ? DAY : forgetAfter,
				`${option}.forgetAfter`,
				MAX_FORGET_AFTER,
			),
		};
	}

	if (forgetAfter !== undefined) {
		throw new TypeError(
			`\`${option}.forgetAfter\` needs a list of durations such as ['10m', '1h']: with one, every ban lasts the same`,
		);
	}

	return {...rule, durations: [milliseconds(duration, `${option}.duration`, Infinity)]};
}

function settleDurations(given: readonly unknown[], option: string): SettledBanRule['durations'] {
	const [first, ...further] = Array.from(given, (duration, index) =>
		milliseconds(duration, `${option}[${index}]`, Infinity),
	);
	if (first === undefined) {
		throw badOption(option, 'a duration or a list of at least one', given);
	}

	return [first, ...further];
}
