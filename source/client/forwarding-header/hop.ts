import {type Address, addressText} from '../address/address.ts';

/** The text with which nginx names a peer on a Unix socket, which has no address. */
export const unixHop = 'unix:';

/** What one item of a forwarding header names. */
export type Hop = Address | typeof unixHop;

export function hopText(hop: Hop): string {
	return hop === unixHop ? hop : addressText(hop);
}
