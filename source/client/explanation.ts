import type {Explanation} from '../context.ts';
import type {Passage} from '../request-state.ts';
import {addressText} from './address.ts';
import {unixClient} from './key.ts';

/** Shows how `identify` has found a request's client. */
export function explain({identity, client, exemption}: Passage): Explanation {
	const {peer, header, value, end, passed, address} = identity;

	return {
		peer: peer.address ? addressText(peer.address) : unixClient,
		...(header !== undefined && {header}),
		...(value !== undefined && {value}),
		end,
		passed: passed.map(addressText),
		...(address && {address: addressText(address)}),
		client,
		exemption,
	};
}
