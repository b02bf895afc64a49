import type {KeyObject} from 'node:crypto';
import {describe, typeName} from '../checks/describe.ts';
import {badOption} from '../checks/option-checks.ts';
import {
	type AddressRange,
	addressKey,
	clientBits,
	network,
	parseAddress,
} from './address/address.ts';
import {canonicalKey, isNobody, parseKey} from './key.ts';

/**
 * The name of a client: an address, a canonical key as `bans()` shows it, or the `key` of a client that is
 * not identified by its address.
 */
export type ClientName = string | {readonly key: string};

export interface NamedClient {
	/** The canonical key. */
	readonly client: string;
	/** The addresses that were named, unless the client is identified by a key. */
	readonly range?: AddressRange;
}

/** How a gate identifies its clients. */
export interface Naming {
	/** How many bits of an IPv6 address identify a client. */
	readonly ipv6Prefix: number;
	/** The secret that keys are hashed with, if they are. */
	readonly keySecret: KeyObject | undefined;
}

/**
 * Finds the client that a user's code names.
 *
 * @throws {TypeError} for anything that names no client
 */
export function namedClient(given: unknown, naming: Naming): NamedClient {
	const client = typeof given === 'string' ? fromText(given, naming) : fromKey(given, naming);
	if (client === undefined) {
		throw badOption('client', "an address, a key as bans() shows it, or {key: '…'}", given, one =>
			shown(one, naming),
		);
	}

	return client;
}

/** With a secret, keys are secret too. */
function shown(given: unknown, {keySecret}: Naming): string {
	const text = keySecret === undefined ? describe(given) : typeName(given);

	return isRange(given) ? `${text}: ban() and the list \`deny\` take ranges` : text;
}

function isRange(given: unknown): boolean {
	return typeof given === 'string' && /^[\d.:a-f]+\/\d{1,3}$/i.test(given);
}

function fromKey(given: unknown, {keySecret}: Naming): NamedClient | undefined {
	const key = typeof given === 'object' && given !== null && 'key' in given ? given.key : '';

	return typeof key === 'string' && key !== ''
		? {client: canonicalKey('key', key, keySecret)}
		: undefined;
}

function fromText(text: string, {ipv6Prefix, keySecret}: Naming): NamedClient | undefined {
	const client = isNobody(text) ? text : parseKey(text, keySecret);
	if (client !== undefined) {
		return {client};
	}

	const [, plain, length] = /^(.*)\/(\d{2,3})$/.exec(text) ?? [];
	const address = parseAddress(plain ?? text);
	if (address === undefined) {
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
