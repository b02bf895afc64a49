import {closest, distance} from 'fastest-levenshtein';
import {isPromiseLike} from '../maybe-promise.ts';
import {describe, typeName} from './describe.ts';
import {isError} from './is-error.ts';

/**
 * The error for a value that an option does not take: it names the option, what is allowed and what was
 * given.
 *
 * @param show shows what was given: `typeName` for a secret, and for anything that may hold one
 */
export function badOption(
	option: string,
	allowed: string,
	given: unknown,
	show: (given: unknown) => string = describe,
): OptionError {
	const error = new TypeError(`\`${option}\` must be ${allowed}, got ${show(given)}`);

	// Not shown where the error is printed: the message has them.
	return Object.defineProperties(error, {
		option: {value: option},
		allowed: {value: allowed},
	}) as OptionError;
}

/** The error for an option. No class: another copy of the package would not know it. */
export interface OptionError extends TypeError {
	readonly option: string;
	readonly allowed: string;
}

export function isOptionError(thrown: unknown): thrown is OptionError {
	return isError(thrown) && 'option' in thrown && 'allowed' in thrown;
}

interface Hints {
	/** Options as they may be written. */
	readonly example?: string;
	/** Names that other limiters use, and what to use here. */
	readonly foreign?: Readonly<Record<string, string>>;
}

/**
 * Checks that the given value is an object of options with known names only.
 *
 * @param owner what takes the options, as its user knows it: `gatekeeper()`, `banRule`
 * @throws {TypeError} for anything but an object, and for an unknown name
 */
export function namedOptions<const Name extends string>(
	given: unknown,
	names: readonly Name[],
	owner: string,
	{example, foreign = {}}: Hints = {},
): {readonly [name in Name]?: unknown} {
	if (typeof given !== 'object' || given === null || cannotHoldOptions(given)) {
		// Only the type: it may be a secret in the wrong place.
		const suchAs = example === undefined ? '' : ` such as ${example}`;
		throw new TypeError(
			`The options of ${owner} must be an object${suchAs}, got ${typeName(given)}`,
		);
	}

	for (const name of Object.keys(given)) {
		if (!(names as readonly string[]).includes(name)) {
			throw new TypeError(
				`Unknown option \`${name}\` of ${owner}; ${hintFor(name, names, foreign)}`,
			);
		}
	}

	return given as {readonly [name in Name]?: unknown};
}

function hintFor(name: string, names: readonly string[], foreign: Hints['foreign'] = {}): string {
	if (Object.hasOwn(foreign, name)) {
		return `use ${foreign[name]}`;
	}

	const nearest = closest(name, names);
	return isTypo(name, nearest) ? `did you mean \`${nearest}\`?` : `it takes ${names.join(', ')}`;
}

/** At most four letters differ, and no more than half of them. */
function isTypo(name: string, nearest: string): boolean {
	return distance(name, nearest) <= Math.min(4, name.length / 2);
}

/** A list, a Map, or a promise that was not awaited has no options, and would pass for none given. */
function cannotHoldOptions(given: object): boolean {
	const prototype: unknown = Object.getPrototypeOf(given);
	const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
	if (!isPlain && Object.keys(given).length === 0) {
		return true;
	}

	return Symbol.iterator in given || isPromiseLike(given);
}

/** Whether an option takes a value. */
type TypeCheck<T> = (given: unknown) => given is T;

/** @throws {TypeError} for a value that the option does not take */
export function check<T>(
	takes: TypeCheck<T>,
	given: unknown,
	option: string,
	allowed: string,
	show?: (given: unknown) => string,
): asserts given is T {
	if (!takes(given)) {
		throw badOption(option, allowed, given, show);
	}
}

/** @throws {TypeError} for anything but a list; for an item that the option does not take, with its index */
export function checkList<T>(
	takes: TypeCheck<T>,
	given: unknown,
	option: string,
	allowed: {readonly list: string; readonly item: string},
): asserts given is readonly T[] {
	check(listOf(isAnything), given, option, allowed.list);
	for (const [index, item] of given.entries()) {
		check(takes, item, `${option}[${index}]`, allowed.item);
	}
}

export function optional<T>(takes: TypeCheck<T>): TypeCheck<T | undefined> {
	return (given): given is T | undefined => given === undefined || takes(given);
}

export function listOf<T>(takes: TypeCheck<T>): TypeCheck<readonly T[]> {
	return (given): given is readonly T[] => Array.isArray(given) && given.every(takes);
}

function isAnything(_given: unknown): _given is unknown {
	return true;
}

export function oneOf<const T>(...values: readonly T[]): TypeCheck<T> {
	return (given): given is T => values.includes(given as T);
}

export function isBoolean(given: unknown): given is boolean {
	return typeof given === 'boolean';
}

export function isNonEmptyString(given: unknown): given is string {
	return isText(given) && given !== '';
}

export function isText(given: unknown): given is string {
	return typeof given === 'string';
}

export function isFunction<F extends (...args: never[]) => unknown>(given: unknown): given is F {
	return typeof given === 'function';
}
