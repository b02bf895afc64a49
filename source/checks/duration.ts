import ms, {type StringValue} from 'ms';
import {badOption} from './option-checks.ts';

/** A length of time: seconds, or text with a unit such as `'500ms'`, `'10m'`, `'1.5h'`, `'7d'`. */
export type Duration = number | string;

/**
 * Reads a duration as whole milliseconds, at least 1.
 *
 * @param max the longest that is allowed, in milliseconds; `Infinity` allows an endless one
 * @throws {TypeError} naming the option
 */
export function milliseconds(given: unknown, option: string, max: number): number {
	const read = Math.round(typeof given === 'number' ? given * 1000 : fromText(given));
	if (read >= 1 && read <= max) {
		return read;
	}

	const bound = max === Infinity ? '' : `, at most ${ms(max, {long: true})}`;
	throw badOption(option, `seconds above 0 or a duration such as '10m'${bound}`, given);
}

/** A text without a unit is refused: `ms` would read it as milliseconds. `ms` throws beyond 100 characters. */
function fromText(given: unknown): number {
	return typeof given === 'string' && given.length <= 100 && /[a-z]/i.test(given)
		? (ms(given as StringValue) ?? Number.NaN)
		: Number.NaN;
}

/**
 * Converts milliseconds to whole seconds for clients and operators: rounded up, so that a client that waits
 * has waited long enough; at least 1; and at most `Number.MAX_SAFE_INTEGER`, which is still written in digits.
 */
export function wholeSeconds(ms: number): number {
	return Math.min(Math.max(1, Math.ceil(ms / 1000)), Number.MAX_SAFE_INTEGER);
}

/** The same for the end of a ban, which may be endless. */
export function secondsLeft(ms: number): number {
	return ms === Infinity ? Infinity : wholeSeconds(ms);
}
