import {inspect} from 'node:util';
import {closestMatch} from 'leven';

/** What is thrown for a value that an option does not take: which option, what it takes, what came. */
export function badOption(option: string, allowed: string, given: unknown): TypeError {
	const shown = inspect(given, {
		depth: 1,
		breakLength: Infinity,
		maxArrayLength: 8,
		maxStringLength: 80,
	});

	return new TypeError(`\`${option}\` must be ${allowed}, got ${shown}`);
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
		throw badOption(owner, 'an object', given);
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
