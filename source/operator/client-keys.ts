import {badOption} from '../checks/option-checks.ts';
import {isIpv6Prefix} from '../client/address/address.ts';
import {type ClientName, namedClient} from '../client/client-name.ts';
import {canonicalKey} from '../client/key.ts';
import type {Settings} from '../options/settings.ts';
import {type Immunity, immunityOf} from '../reports/immunity.ts';

const bannable: Readonly<Record<Immunity, string>> = {
	allowed: 'a client that the list `allow` does not cover, since no ban holds those',
	'no-client': "a client other than 'unix', since a ban of that would shut everyone out",
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
		throw badOption('client', bannable[immunity], name);
	}

	return named.client;
}

/**
 * The canonical key of a client that is to be unbanned. It may have been banned under another `ipv6Prefix`.
 *
 * @throws {TypeError} for anything that names no client
 */
export function keyToUnban(name: ClientName, {ipv6Prefix, keySecret}: Settings): string {
	const prefix =
		typeof name === 'string' ? Number(name.slice(name.lastIndexOf('/') + 1)) : ipv6Prefix;

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
	const key =
		typeof name === 'object' && name !== null && 'specificKey' in name ? name.specificKey : '';

	return typeof key === 'string' && key !== ''
		? canonicalKey('specific-key', key, settings.keySecret)
		: namedClient(name as ClientName, settings).client;
}
