import {inspect} from 'node:util';
import {closestMatch} from 'leven';

/**
 * The error for a value that an option does not take: which option, what it takes, what came.
 *
 * @param describe tells what came: `typeName` for a secret, and for what may hold one
 */
export function badOption(
	option: string,
	allowed: string,
	given: unknown,
	describe: Describe = shortly,
): TypeError {
	return new TypeError(`\`${option}\` must be ${allowed}, got ${describe(given)}`);
}

/** Describes a value in an error. */
type Describe = (given: unknown) => string;

/** The type of a value, without the value: `a string`, `an array`, `Redis`. */
export function typeName(given: unknown): string {
	if (given === null || given === undefined) {
		return String(given);
	}

	if (typeof given !== 'object') {
		return `a ${typeof given}`;
	}

	return Array.isArray(given) ? 'an array' : (given.constructor?.name ?? 'Object');
}

/**
 * Takes an object of options whose every name is known.
 *
 * @param owner what takes the options, as its user knows it: `gatekeeper()`, `banRule`
 * @throws {TypeError} for anything but an object, and for a name that is not known
 */
export function namedOptions<const Name extends string>(
	given: unknown,
	names: readonly Name[],
	owner: string,
): {readonly [name in Name]?: unknown} {
	if (typeof given !== 'object' || given === null || Array.isArray(given)) {
		// It may be the secret, or the client with a password, that belongs among them.
		throw badOption(owner, 'an object', given, typeName);
	}

	for (const name of Object.keys(given)) {
		if (!(names as readonly string[]).includes(name)) {
			const nearest = closestMatch(name, names, {maxDistance: 4});
			const hint =
				nearest === undefined ? `it takes ${names.join(', ')}` : `did you mean \`${nearest}\`?`;
			throw new TypeError(`Unknown option \`${name}\` of ${owner}; ${hint}`);
		}
	}

	return given as {readonly [name in Name]?: unknown};
}

/** Tells what an option takes. */
export type Guard<T> = (given: unknown) => given is T;

/** @throws {TypeError} for what the option does not take */
export function check<T>(
	takes: Guard<T>,
	given: unknown,
	option: string,
	allowed: string,
	describe?: Describe,
): asserts given is T {
	if (!takes(given)) {
		throw badOption(option, allowed, given, describe);
	}
}

export function optional<T>(takes: Guard<T>): Guard<T | undefined> {
	return (given): given is T | undefined => given === undefined || takes(given);
}

export function listOf<T>(takes: Guard<T>): Guard<readonly T[]> {
	return (given): given is readonly T[] => Array.isArray(given) && given.every(takes);
}

export function oneOf<const T>(...values: readonly T[]): Guard<T> {
	return (given): given is T => values.includes(given as T);
}

export function isBoolean(given: unknown): given is boolean {
	return typeof given === 'boolean';
}

export function isText(given: unknown): given is string {
	return typeof given === 'string';
}

export function isFunction<F extends (...args: never[]) => unknown>(given: unknown): given is F {
	return typeof given === 'function';
}

function shortly(given: unknown): string {
	return inspect(given, {
		depth: 1,
		breakLength: Infinity,
		maxArrayLength: 8,
		maxStringLength: 80,
	});
}
