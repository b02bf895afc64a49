import type {KeyObject} from 'node:crypto';
import type {Warn} from '../warnings.ts';
import {canonicalKey, type KeyKind} from './key.ts';

interface UserKeyOptions {
	readonly keySecret: KeyObject | undefined;
	readonly warn: Warn;
}

/**
 * The canonical key for what the user's `key(ctx)` returned; undefined if it returned no key.
 *
 * Values from a request body can have any type. For a `specific`, every value that is neither a string nor
 * a number shares one key, so that no client gets an extra quota by sending another type.
 */
export function userKey(
	kind: KeyKind,
	given: unknown,
	{keySecret, warn}: UserKeyOptions,
): string | undefined {
	if (given === undefined || given === null || given === '') {
		return undefined;
	}

	switch (typeof given) {
		case 'string':
			return canonicalKey(kind, given, keySecret);
		case 'number':
		case 'bigint':
			return canonicalKey(kind, String(given), keySecret);
		default:
			if (kind === 'key') {
				warn('GATEKEEPER_BAD_KEY', typeof given, 'the request is counted by its address');
				return undefined;
			}

			warn('GATEKEEPER_BAD_KEY', typeof given, 'all such values share one quota');
			return canonicalKey(kind, '', keySecret);
	}
}
