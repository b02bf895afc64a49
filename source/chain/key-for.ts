import {canonicalKey, type KeyKind} from '../client/key.ts';
import type {Warn} from '../warnings.ts';

/**
 * The canonical key for what the user's `key(ctx)` has answered; undefined where it knows none. What it
 * takes from a request may be of any type: such a request is counted by its client, never let in free.
 */
export function keyFor(kind: KeyKind, given: unknown, warn: Warn): string | undefined {
	if (typeof given === 'string' && given !== '') {
		return canonicalKey(kind, given);
	}

	if (given !== undefined && given !== null && given !== '') {
		warn(
			'GATEKEEPER_BAD_KEY',
			() =>
				`A key(ctx) must answer text or undefined, and has answered ${typeof given}: it is passed over, and the request counts for its client`,
		);
	}

	return undefined;
}
