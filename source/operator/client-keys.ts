import {typeName} from '../checks/describe.ts';
import {badOption, check, isNonEmptyString} from '../checks/option-checks.ts';
import {isIpv6Prefix} from '../client/address/address.ts';
import {type ClientName, namedClient} from '../client/client-name.ts';
import {canonicalKey} from '../client/key.ts';
import type {Settings} from '../options/settings.ts';
import {type Immunity, immunityOf} from '../reports/immunity.ts';

/** What is allowed in place of a client that is immune. */
const allowedInstead: Readonly<Record<Immunity, string>> = {
	allowed: 'a client that is not on the `allow` list, which exempts from bans',
	'no-client':
		"a client other than 'unix' and 'no-address', since banning it would shut everyone out",
};

/**
 * The canonical key of a client that is to be banned or reported.
 *
 * @throws {TypeError} for anything that names no client, and for a client that no ban may hold
 */
export function keyToBan(name: ClientName, settings: Settings): string {
	const named = namedClient(name, settings);
	const immunity = immunityOf(named, settings);
	if (immunity !== undefined) {
		throw badOption('client', allowedInstead[immunity], name);
	}

	return named.client;
}

/**
 * The canonical key of a client that is to be unbanned. It may have been banned under another `ipv6Prefix`.
 *
 * @throws {TypeError} for anything that names no client
 */
export function keyToUnban(name: ClientName, {ipv6Prefix, keySecret}: Settings): string {
	const [, length] = /\/(\d+)$/.exec(typeof name === 'string' ? name : '') ?? [];
	const prefix = Number(length);

	return namedClient(name, {ipv6Prefix: isIpv6Prefix(prefix) ? prefix : ipv6Prefix, keySecret})
		.client;
}

/**
 * The canonical key of what is to be reset: a client, or a key that a `specific` counts.
 *
 * @throws {TypeError} for anything that names neither
 */
export function keyToReset(
	name: ClientName | {readonly specificKey: string},
	settings: Settings,
): string {
	if (typeof name !== 'object' || name === null || !('specificKey' in name)) {
		return namedClient(name, settings).client;
	}

	const {specificKey} = name;
	check(isNonEmptyString, specificKey, 'specificKey', 'a string, not empty', typeName);
	return canonicalKey('specific-key', specificKey, settings.keySecret);
}
