import ms, {type StringValue} from 'ms';
import {badOption} from './option-checks.ts';

/** A length of time: seconds, or a text with its unit such as `'500ms'`, `'10m'`, `'1.5h'`, `'7d'`. */
export type Duration = number | string;

/**
 * Reads a duration as whole milliseconds, at least 1.
 *
 * @param most the longest allowed, in milliseconds; `Infinity` allows an endless one
 * @throws {TypeError} naming the option
 */
export function milliseconds(given: unknown, option: string, most: number): number {
	const read = Math.round(typeof given === 'number' ? given * 1000 : fromText(given));
	if (read >= 1 && read <= most) {
		return read;
	}

	const bound = most === Infinity ? '' : `, ${ms(most, {long: true})} at most`;
	throw badOption(option, `seconds above 0 or a duration such as '10m'${bound}`, given);
}

/** A bare number in a text is refused, since `ms` would read milliseconds; beyond 100 characters it throws. */
function fromText(given: unknown): number {
	return typeof given === 'string' && given.length <= 100 && /[a-z]/i.test(given)
		? (ms(given as StringValue) ?? Number.NaN)
		: Number.NaN;
}

/**
 * Milliseconds as the seconds that users are told: rounded up, so that waiting is enough; at least 1,
 * and no more than are written in digits alone.
 */
export function wholeSeconds(duration: number): number {
	return Math.min(Math.max(1, Math.ceil(duration / 1000)), Number.MAX_SAFE_INTEGER);
}
