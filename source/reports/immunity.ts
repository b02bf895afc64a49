import {AddressList} from '../client/address-list.ts';
import type {NamedClient} from '../client/client-name.ts';
import {unixClient} from '../client/key.ts';
import type {Immunity} from '../context.ts';
import type {Settings} from '../options/settings.ts';

/** Why no ban holds a client that was named by hand, and no report counts; undefined if they do. */
export function immunityOf({client, range}: NamedClient, {allow}: Settings): Immunity | undefined {
	if (client === unixClient) {
		return 'no-client';
	}

	return range && allow instanceof AddressList && allow.covers(range.first, range.last)
		? 'allowed'
		: undefined;
}
