import {typeName} from '../checks/describe.ts';
import {badOption, check, isNonEmptyString} from '../checks/option-checks.ts';
import {clientBits, isIpv6Prefix} from '../client/address/address.ts';
import {type ClientName, namedClient} from '../client/client-name.ts';
import {canonicalKey} from '../client/key.ts';
import {namedRange} from '../client/range-name.ts';
import type {Settings} from '../options/settings.ts';
import {type Immunity, immunityOf} from '../reports/immunity.ts';

/** What is allowed in place of a client that is immune. */
const allowedInstead: Readonly<Record<Immunity, string>> = {
	allowed: 'a client that is not on the `allow` list, which exempts from bans',
	'no-client':
		"a client other than 'unix' and 'no-address', since banning it would shut everyone out",
};

/** What is to be banned or unbanned: a client, by its canonical key, or a range of addresses, by its CIDR. */
export type Target = {readonly client: string} | {readonly range: string};

/**
 * Reads what is to be banned.
 *
 * @throws {TypeError} for anything that names neither a client nor a range, and for what no ban may hold
 */
export function targetToBan(name: ClientName, settings: Settings): Target {
	const named = namedRange(name, settings.ipv6Prefix);
	if (named === undefined) {
		return {client: keyToBan(name, settings)};
	}

	const {cidr, range} = named;
	refuseImmune(immunityOf({client: cidr, range}, settings), name);
	return {range: cidr};
}

/**
 * The canonical key of a client that is to be banned or reported.
 *
 * @throws {TypeError} for anything that names no client, and for a client that no ban may hold
 */
export function keyToBan(name: ClientName, settings: Settings): string {
	const named = namedClient(name, settings);
	refuseImmune(immunityOf(named, settings), name);

	return named.client;
}

/**
 * Reads what is to be unbanned. A prefix of an IPv6 address may be both: a range, and a client that was banned under
 * another `ipv6Prefix`.
 *
 * @throws {TypeError} for anything that names neither a client nor a range
 */
export function targetsToUnban(
	name: ClientName,
	{ipv6Prefix, keySecret}: Settings,
): readonly Target[] {
	const named = namedRange(name, ipv6Prefix);
	const [, length] = /\/(\d+)$/.exec(named?.cidr ?? (typeof name === 'string' ? name : '')) ?? [];
	const prefix = Number(length);
	const isPrefix = isIpv6Prefix(prefix);
	// Not where clients are single addresses: IPv4, and the addresses behind NAT64.
	if (named && !(isPrefix && clientBits(named.range.first, prefix) === prefix)) {
		return [{range: named.cidr}];
	}

	const {client} = namedClient(name, {ipv6Prefix: isPrefix ? prefix : ipv6Prefix, keySecret});
	return named ? [{range: named.cidr}, {client}] : [{client}];
}

/** What a `specific` counts by its `key`. */
export interface SpecificKey {
	readonly specificKey: string;
}

export function isSpecificKey(name: ClientName | SpecificKey): name is SpecificKey {
	return typeof name === 'object' && name !== null && 'specificKey' in name;
}

/**
 * The canonical key of what is counted: a client, or a key that a `specific` counts.
 *
 * @throws {TypeError} for anything that names neither
 */
export function countedKey(name: ClientName | SpecificKey, settings: Settings): string {
	if (!isSpecificKey(name)) {
		return namedClient(name, settings).client;
	}

	const {specificKey} = name;
	check(isNonEmptyString, specificKey, 'specificKey', 'a string, not empty', typeName);
	return canonicalKey('specific-key', specificKey, settings.keySecret);
}

function refuseImmune(immunity: Immunity | undefined, name: ClientName): void {
	if (immunity !== undefined) {
		throw badOption('client', allowedInstead[immunity], name);
	}
}
