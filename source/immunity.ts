import {AddressList} from './client/address-list.ts';
import {type NamedClient, unixClient} from './client/client-name.ts';
import type {Settings} from './settings.ts';

/** Why no ban holds a client that was named by hand, and no report counts; undefined if they do. */
export function immunityOf(
	{key, range}: NamedClient,
	{allow}: Settings,
): 'allowed' | 'no-client' | undefined {
	if (key === unixClient) {
		return 'no-client';
	}

	return range && allow instanceof AddressList && allow.covers(range.first, range.last)
		? 'allowed'
		: undefined;
}
