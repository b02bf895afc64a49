import {badOption} from '../option-checks.ts';
import {type AddressRange, addressKey, network, parseAddress} from './address.ts';
import {canonicalKey, type KeyKind, parseKey} from './key.ts';

/**
 * A client as its operator names it: an address, a canonical key as `bans()` shows it, or the key of a
 * client that is known by something else than its address.
 */
export type ClientName = string | {readonly key: string};

/** What a `specific` with a `key` counts by, as its operator names it to `reset()`. */
export type SpecificKeyName = {readonly specificKey: string};

export interface NamedClient {
	/** The canonical key. */
	readonly key: string;
	/** The addresses that were named, unless it is known by something else. */
	readonly range?: AddressRange;
}

/** All peers on a Unix socket, which have no address. */
export const unixClient = 'unix';

const expected = "an address, a key as bans() shows it, or {key: '…'}";

/**
 * Finds out which client was named by hand.
 *
 * @param ipv6Prefix by how many bits an IPv6 client is known
 * @throws {TypeError} for anything that names no client
 */
export function namedClient(given: unknown, ipv6Prefix: number): NamedClient {
	const client =
		typeof given === 'string' ? fromText(given, ipv6Prefix) : fromObject(given, 'key', 'key');
	if (client === undefined) {
		throw badOption('client', expected, given);
	}

	return client;
}

/** For `unban()`, which also takes what was banned under another `ipv6Prefix`. */
export function bannedKey(given: unknown, ipv6Prefix: number): string {
	const [, prefix = ipv6Prefix] =
		(typeof given === 'string' && /:.*\/(\d{2,3})$/.exec(given)) || [];

	return namedClient(given, Number(prefix)).key;
}

/** For `reset()`, which also takes a `{specificKey}`. */
export function resettableKey(given: unknown, ipv6Prefix: number): string {
	const {key} = fromObject(given, 'specificKey', 'specific-key') ?? namedClient(given, ipv6Prefix);

	return key;
}

function fromObject(given: unknown, name: string, kind: KeyKind): NamedClient | undefined {
	if (typeof given !== 'object' || given === null) {
		return undefined;
	}

	const text = (given as Record<string, unknown>)[name];
	return typeof text === 'string' && text !== '' ? {key: canonicalKey(kind, text)} : undefined;
}

function fromText(text: string, ipv6Prefix: number): NamedClient | undefined {
	const key = text === unixClient ? text : parseKey(text);
	if (key !== undefined) {
		return {key};
	}

	const suffix = `/${ipv6Prefix}`;
	const isPrefix = text.endsWith(suffix);
	const address = parseAddress(isPrefix ? text.slice(0, -suffix.length) : text);
	if (address === undefined || (isPrefix && address.length === 2)) {
		return undefined;
	}

	return {
		key: addressKey(address, ipv6Prefix),
		range: isPrefix ? network(address, ipv6Prefix) : {first: address, last: address},
	};
}
