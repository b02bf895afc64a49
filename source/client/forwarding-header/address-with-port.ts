import {isIPv6} from 'node:net';
import {type Address, parseAddress} from '../address/address.ts';

const MAX_PORT = 65_535;

/** Characters of the longest address, the colon, and the longest port. */
const MAX_LENGTH = 45 + 1 + 5;

/** Parses an address that may have a port. An IPv6 address must have brackets, and no other may. */
export function parseAddressWithPort(text: string): Address | undefined {
	const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text);
	if (match === null) {
		return undefined;
	}

	const [, bracketed, plain = '', port = '0'] = match;
	if (Number(port) > MAX_PORT || (bracketed !== undefined && !isIPv6(bracketed))) {
		return undefined;
	}

	return parseAddress(bracketed ?? plain);
}

/**
 * Parses an IPv6 address that has a port but no brackets, if what follows its last colon can only be a port:
 * it has five digits, or the address is complete without it. Anything that is an address as a whole is none of
 * these.
 *
 * @param text not an address
 */
export function parseUnbracketed(text: string): Address | undefined {
	const colon = text.lastIndexOf(':');
	const port = text.slice(colon + 1);
	if (text.length > MAX_LENGTH || !/^\d{1,5}$/.test(port) || Number(port) > MAX_PORT) {
		return undefined;
	}

	const address = text.slice(0, colon);
	// Up to four digits after `::` may as well be a group, in an address with a colon too many.
	const mayBeGroup = port.length < 5 && address.endsWith('::');
	return mayBeGroup || !isIPv6(address) ? undefined : parseAddress(address);
}
