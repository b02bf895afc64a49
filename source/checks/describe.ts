import {inspect} from 'node:util';

/** How many properties of an object are shown. */
const MAX_PROPERTIES = 30;

/** Shows a value on one short line, whatever it is: describing it never throws. */
export function describe(value: unknown): string {
	try {
		return value instanceof Error
			? String(value)
			: hasManyProperties(value)
				? typeName(value)
				: inspect(value, {depth: 1, breakLength: Infinity, maxArrayLength: 8, maxStringLength: 80});
	} catch {
		return 'a value that cannot be shown';
	}
}

/** `inspect` shortens lists, Maps and Sets, but not objects. */
function hasManyProperties(value: unknown): boolean {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		return false;
	}

	let properties = 0;
	for (const _ in value) {
		properties += 1;
		if (properties > MAX_PROPERTIES) {
			return true;
		}
	}

	return false;
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
