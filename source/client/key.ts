import {createHash, createHmac, type KeyObject} from 'node:crypto';
import {toUSVString} from 'node:util';

/** What a key identifies: a client of the gate, or what a `specific` counts. */
export type KeyKind = 'key' | 'specific-key';

/** The canonical key of all peers on a Unix socket that name no client. They have no address. */
export const unixClient = 'unix';

/** The same for peers to which an adapter gives no address. */
export const noAddressClient = 'no-address';

/** Whether all requests of this client come from a proxy that names no client. No ban may hold it. */
export function isNobody(client: string): boolean {
	return client === unixClient || client === noAddressClient;
}

/** Characters. Longer keys are hashed, so that no key takes more memory than this. */
const MAX_KEY = 128;

/**
 * The canonical key for a user's key: `key:alice`, or `hash:` and a SHA-256 if that is long or is not
 * well-formed Unicode. Canonical keys are unique, and never equal an address's.
 *
 * @param secret makes every key `hash:` and an HMAC-SHA-256
 */
export function canonicalKey(kind: KeyKind, text: string, secret?: KeyObject): string {
	const key = `${kind}:${text}`;
	if (secret !== undefined) {
		return `hash:${createHmac('sha256', secret).update(key, 'utf16le').digest('hex')}`;
	}

	if (key.length <= MAX_KEY && toUSVString(key) === key) {
		return copied(key);
	}

	// In UTF-16: in UTF-8 all lone surrogates are equal.
	return `hash:${createHash('sha256').update(key, 'utf16le').digest('hex')}`;
}

/** Copies a text: a slice of a long one, such as a request's body, would keep all of it in memory. */
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
