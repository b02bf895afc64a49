import type {Settings} from '../options/settings.ts';
import type {Warn} from '../warnings.ts';
import {canonicalKey, type KeyKind} from './key.ts';

/**
 * The canonical key for what the user's `key(ctx)` has answered; undefined where it knows none, so that
 * the client counts. What comes from a request's body may be of any type: all that is no text, where a
 * `specific` counts an account, is one key, so that no account gets a quota more by its type.
 */
export function keyFor(
	kind: KeyKind,
	given: unknown,
	{keySecret, warn}: Settings,
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
			warnNoText(warn, given);
			return kind === 'key' ? undefined : canonicalKey(kind, '', keySecret);
	}
}

function warnNoText(warn: Warn, given: unknown): void {
	warn(
		'GATEKEEPER_BAD_KEY',
		() =>
			`A key(ctx) must answer text or undefined, and has answered ${typeof given}: that is no key`,
	);
}
