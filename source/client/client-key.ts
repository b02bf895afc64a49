import {badOption} from '../option-checks.ts';
import {addressKey, parseAddress} from './address.ts';

/**
 * A client as its operator names it: an address, a canonical key as `bans()` shows it, or the key of a
 * client that is known by something else than its address.
 */
export type ClientName = string | {readonly key: string};

/** All peers on a Unix socket, which have no address. */
export const unixClient = 'unix';

/**
 * The canonical key of a client named by hand. Keys that are not addresses stand behind `key:`, which
 * no address begins with.
 *
 * @throws {TypeError} for anything that names no client
 */
export function clientKey(given: unknown): string {
	if (typeof given === 'string') {
		const key = fromText(given);
		if (key !== undefined) {
			return key;
		}
	} else if (typeof given === 'object' && given !== null && 'key' in given) {
		if (typeof given.key === 'string') {
			return `key:${given.key}`;
		}
	}

	throw badOption('client', "an address, a key as bans() shows it, or {key: '…'}", given);
}

function fromText(text: string): string | undefined {
	if (text === unixClient || text.startsWith('key:')) {
		return text;
	}

	const isPrefix = text.endsWith('/64');
	const address = parseAddress(isPrefix ? text.slice(0, -3) : text);
	const isIpv6 = address?.length === 8;
	return address && (isIpv6 || !isPrefix) ? addressKey(address) : undefined;
}
