import type {KeyObject} from 'node:crypto';
import {badOption, typeName} from '../checks/option-checks.ts';
import {
	type AddressRange,
	addressKey,
	clientBits,
	isIpv4,
	network,
	parseAddress,
} from './address.ts';
import {canonicalKey, parseKey, unixClient} from './key.ts';

/**
 * A client as its operator names it: an address, a canonical key as `bans()` shows it, or the key of a
 * client that is known by something else than its address.
 */
export type ClientName = string | {readonly key: string};

export interface NamedClient {
	/** The canonical key. */
	readonly client: string;
	/** The addresses that were named, unless it is known by something else. */
	readonly range?: AddressRange;
}

/** How a gate knows its clients. */
export interface Naming {
	/** By how many bits an IPv6 client is known. */
	readonly ipv6Prefix: number;
	/** What keys are hashed with, if they are. */
	readonly keySecret: KeyObject | undefined;
}

/**
 * Finds out which client was named by hand.
 *
 * @throws {TypeError} for anything that names no client
 */
export function namedClient(given: unknown, naming: Naming): NamedClient {
	const client = typeof given === 'string' ? fromText(given, naming) : fromKey(given, naming);
	if (client === undefined) {
		// A key may be as secret as what it is hashed with.
		const describe = naming.keySecret && typeName;
		throw badOption(
			'client',
			"an address, a key as bans() shows it, or {key: '…'}",
			given,
			describe,
		);
	}

	return client;
}

function fromKey(given: unknown, {keySecret}: Naming): NamedClient | undefined {
	const key = typeof given === 'object' && given !== null && 'key' in given ? given.key : '';

	return typeof key === 'string' && key !== ''
		? {client: canonicalKey('key', key, keySecret)}
		: undefined;
}

function fromText(text: string, {ipv6Prefix, keySecret}: Naming): NamedClient | undefined {
	const client = text === unixClient ? text : parseKey(text, keySecret);
	if (client !== undefined) {
		return {client};
	}

	const [, plain, length] = /^(.*)\/(\d{2,3})$/.exec(text) ?? [];
	const address = parseAddress(plain ?? text);
	if (address === undefined || (plain !== undefined && isIpv4(address))) {
		return undefined;
	}

	const bits = clientBits(address, ipv6Prefix);
	if (length !== undefined && length !== String(bits)) {
		return undefined;
	}

	return {
		client: addressKey(address, ipv6Prefix),
		range: plain === undefined ? {first: address, last: address} : network(address, bits),
	};
}
