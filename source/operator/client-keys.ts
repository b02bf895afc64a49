import {badOption} from '../checks/option-checks.ts';
import {isIpv6Prefix} from '../client/address.ts';
import {type ClientName, namedClient} from '../client/client-name.ts';
import {canonicalKey} from '../client/key.ts';
import type {Immunity} from '../context.ts';
import type {Settings} from '../options/settings.ts';
import {immunityOf} from '../reports/immunity.ts';

/** What a `specific` with a `key` counts by, as its operator names it to `reset()`. */
export type SpecificKeyName = {readonly specificKey: string};

const bannable: Readonly<Record<Immunity, string>> = {
	allowed: 'outside the list `allow`, which no ban holds',
	'no-client': "other than 'unix', a ban of which would shut everybody out",
};

/** @throws {TypeError} for what names no client, and for a client that no ban may hold */
export function keyToBan(name: ClientName, settings: Settings): string {
	const named = namedClient(name, settings);
	const immunity = immunityOf(named, settings);
	if (immunity !== undefined) {
		throw badOption('client', bannable[immunity], name);
	}

	return named.client;
}

/**
 * Also takes what was banned under another `ipv6Prefix`.
 *
 * @throws {TypeError} for what names no client
 */
export function keyToUnban(name: ClientName, {ipv6Prefix, keySecret}: Settings): string {
	const prefix =
		typeof name === 'string' ? Number(name.slice(name.lastIndexOf('/') + 1)) : ipv6Prefix;

	return namedClient(name, {ipv6Prefix: isIpv6Prefix(prefix) ? prefix : ipv6Prefix, keySecret})
		.client;
}

/** @throws {TypeError} for what names neither a client nor what a `specific` counts by */
export function keyToReset(name: ClientName | SpecificKeyName, settings: Settings): string {
	const key =
		typeof name === 'object' && name !== null && 'specificKey' in name ? name.specificKey : '';

	return typeof key === 'string' && key !== ''
		? canonicalKey('specific-key', key, settings.keySecret)
		: namedClient(name, settings).client;
}
