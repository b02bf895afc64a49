import {isIPv6} from 'node:net';
import {type Address, parseAddress} from '../address/address.ts';

/** Parses an address that may have a port. An IPv6 address must have brackets, and no other may. */
export function parseAddressWithPort(text: string): Address | undefined {
	const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text);
	if (match === null) {
		return undefined;
	}

	const [, bracketed, plain = '', port = '0'] = match;
	if (Number(port) > 65_535 || (bracketed !== undefined && !isIPv6(bracketed))) {
		return undefined;
	}

	return parseAddress(bracketed ?? plain);
}
