import {createHash, createHmac, type KeyObject} from 'node:crypto';
import {toUSVString} from 'node:util';

/** Whose key it is: that of a gate's client, or of what a `specific` counts by. */
export type KeyKind = 'key' | 'specific-key';

/** The canonical key of all peers on a Unix socket that name no client: they have no address. */
export const unixClient = 'unix';

/** Longer keys are hashed, so that remembering one costs no more than this. */
const LONGEST_KEY = 128;

/**
 * The canonical key of what is known by other than its address: `key:alice`, or `hash:` and a SHA-256
 * where that would be long, or is no well-formed Unicode. No two keys share one, and no address has it.
 *
 * @param secret makes each of them `hash:` and an HMAC-SHA-256
 */
export function canonicalKey(kind: KeyKind, text: string, secret?: KeyObject): string {
	const key = `${kind}:${text}`;
	if (secret !== undefined) {
		return `hash:${createHmac('sha256', secret).update(key, 'utf16le').digest('hex')}`;
	}

	if (key.length <= LONGEST_KEY && toUSVString(key) === key) {
		return copied(key);
	}

	// In UTF-16, since in UTF-8 all lone surrogates are alike.
	return `hash:${createHash('sha256').update(key, 'utf16le').digest('hex')}`;
}

/** What is cut from a long text, a request's body say, holds on to the whole of it. */
function copied(text: string): string {
	return Buffer.from(text).toString();
}

/** Reads a key as `bans()` shows it. */
export function parseKey(shown: string, secret?: KeyObject): string | undefined {
	if (/^hash:[\da-f]{64}$/.test(shown)) {
		return copied(shown);
	}

	return /^key:./s.test(shown)
		? canonicalKey('key', shown.slice('key:'.length), secret)
		: undefined;
}
