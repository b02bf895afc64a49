import {inspect} from 'node:util';

/** How many keys of an object are shown. */
const MAX_KEYS = 8;

/** How many characters of a key are shown. */
const MAX_KEY_LENGTH = 40;

/** Lists in a list are shown, and not what is in them deeper down. */
const DEPTH = 1;

/**
 * Shows a value on one short line, whatever it is: describing it never throws. Of an object only the keys or the type
 * are shown: it may hold a secret, as all options do that are passed in the place of one.
 */
export function describe(value: unknown): string {
	try {
		return value instanceof Error
			? describeError(value)
			: inspect(withoutValues(value), {
					depth: DEPTH,
					compact: true,
					breakLength: Infinity,
					maxArrayLength: 8,
					maxStringLength: 80,
				});
	} catch {
		return 'a value that cannot be shown';
	}
}

/** Many classes of errors do not set `name`, and some errors have no message: their class then says what happened. */
function describeError(error: Error & {readonly code?: unknown}): string {
	const {message, name, code} = error;
	if (message !== '') {
		return String(error);
	}

	const named = name === 'Error' ? typeName(error) : name;
	// Node.js joins the errors of all addresses of a host in one, which has no message.
	return typeof code === 'string' ? `${named}: ${code}` : named;
}

/** The same value with a stand-in for each object that is not a list. */
function withoutValues(value: unknown, depth = 0): unknown {
	if (Array.isArray(value)) {
		return value.map(item => (depth > DEPTH ? undefined : withoutValues(item, depth + 1)));
	}

	const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
	return isObject ? {[inspect.custom]: () => outlineOf(value)} : value;
}

function outlineOf(value: object): string {
	if (typeof value === 'function') {
		return typeName(value);
	}

	const prototype: unknown = Object.getPrototypeOf(value);
	const isPlain = prototype === null || prototype === Object.prototype;
	return isPlain ? keysOf(value) : typeName(value);
}

/** The keys, as the options are written in errors: `{count, window}`. */
function keysOf(value: object): string {
	const keys = Object.keys(value);
	const shown = keys.slice(0, MAX_KEYS).map(key => key.slice(0, MAX_KEY_LENGTH));

	return `{${[...shown, ...(keys.length > MAX_KEYS ? ['…'] : [])].join(', ')}}`;
}

/** Names the type of a value without showing the value: `a string`, `an array`, `Redis`. */
export function typeName(value: unknown): string {
	if (value === null || value === undefined) {
		return String(value);
	}

	if (typeof value !== 'object') {
		return `a ${typeof value}`;
	}

	return Array.isArray(value) ? 'an array' : (value.constructor?.name ?? 'Object');
}
