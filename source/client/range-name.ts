import {
	type AddressRange,
	addressText,
	clientBits,
	isIpv4,
	network,
	parseAddress,
} from './address/address.ts';

/** A range of addresses that is larger than one client. */
export interface NamedRange {
	/** As a CIDR, one for each range: `'203.0.113.0/24'`, `'2001:db8::/32'`. */
	readonly cidr: string;
	readonly range: AddressRange;
}

/**
 * Reads the name of a range: a CIDR, whose host bits are masked. An IPv4-mapped one is IPv4.
 *
 * @returns undefined for anything else, such as the prefix of one client
 */
export function namedRange(given: unknown, ipv6Prefix: number): NamedRange | undefined {
	const [, text = '', digits] =
		/^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(typeof given === 'string' ? given : '') ?? [];
	const address = parseAddress(text);
	if (address === undefined) {
		return undefined;
	}

	const isMapped = isIpv4(address) && text.includes(':');
	const bits = Number(digits) - (isMapped ? 96 : 0);
	if (bits < 0 || bits >= clientBits(address, ipv6Prefix)) {
		return undefined;
	}

	const range = network(address, bits);
	return {cidr: `${addressText(range.first)}/${bits}`, range};
}
