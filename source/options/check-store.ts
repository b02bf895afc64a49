import {describe, typeName} from '../checks/describe.ts';
import {check, isFunction} from '../checks/option-checks.ts';
import {ignoreRejection} from '../maybe-promise.ts';
import type {Store} from '../stores/store.ts';

const methods = [
	'admit',
	'giveBack',
	'report',
	'ban',
	'unban',
	'reset',
	'inspect',
	'bans',
	'banRange',
	'unbanRange',
	'ranges',
	'sibling',
	'close',
] as const satisfies ReadonlyArray<keyof Store>;

/**
 * @param name what the error calls it
 * @throws {TypeError} for anything but a store, and for one that lacks a member, as one for an earlier version of this
 * package may
 */
export function checkStore(given: unknown, name: string): asserts given is Store {
	ignoreRejection(given);
	check(isStore, given, name, 'a store such as new MemoryStore()', typeName);
	const missing = methods.filter(method => !isFunction(given[method]));
	if (missing.length > 0) {
		throw new TypeError(
			`\`${name}\` must have all methods of the interface \`Store\`, it lacks ${missing.join(', ')}`,
		);
	}

	const {shared}: {readonly shared: unknown} = given;
	if (typeof shared !== 'boolean') {
		ignoreRejection(shared);
		throw new TypeError(`\`${name}.shared\` must be true or false, got ${describe(shared)}`);
	}
}

/**
 * The store of a dry run.
 *
 * @throws {TypeError} as `checkStore` does
 */
export function siblingOf(store: Store): Store {
	const sibling: unknown = store.sibling();
	checkStore(sibling, 'store.sibling()');
	return sibling;
}

/** Whether it is meant to be a store. */
function isStore(given: unknown): given is Store {
	return typeof given === 'object' && given !== null && 'admit' in given && isFunction(given.admit);
}
