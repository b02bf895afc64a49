import {inspect} from 'node:util';

/** How many properties of an object are shown. */
const MAX_PROPERTIES = 30;

/** Shows a value on one short line, whatever it is: describing it never throws. */
export function describe(value: unknown): string {
	try {
		return value instanceof Error
			? describeError(value)
			: hasManyProperties(value)
				? typeName(value)
				: inspect(value, {depth: 1, breakLength: Infinity, maxArrayLength: 8, maxStringLength: 80});
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
