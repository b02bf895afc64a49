import {inspect} from 'node:util';

/** Shows a value on one short line, whatever it is: describing it never throws. */
export function describe(value: unknown): string {
	try {
		return value instanceof Error
			? String(value)
			: inspect(value, {depth: 1, breakLength: Infinity, maxArrayLength: 8, maxStringLength: 80});
	} catch {
		return 'a value that cannot be shown';
	}
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
