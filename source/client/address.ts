import {isIP, isIPv6} from 'node:net';

/** Long enough for the longest address with port, and some spaces around it. */
const LONGEST_HOP = 100;

/** An address as its bits: 2 groups of 16 for IPv4, 8 for IPv6. */
export type Address = readonly number[];

/**
 * Reads an address strictly: what `node:net` takes, without a zone. IPv4-mapped IPv6 is the IPv4
 * address, however it is spelled.
 */
export function parseAddress(text: string): Address | undefined {
	const family = text.includes('%') ? 0 : isIP(text);
	if (family === 4) {
		return ipv4Groups(text);
	}

	if (family === 6) {
		const groups = ipv6Groups(text);
		const isMapped = groups.slice(0, 5).every(group => group === 0) && groups[5] === 0xffff;
		return isMapped ? groups.slice(6) : groups;
	}

	return undefined;
}

/**
 * Reads one item of a forwarding header: an address, perhaps with a port, and in brackets if it is
 * IPv6. Spaces and tabs around it are no part of it.
 */
export function parseHop(item: string): Address | undefined {
	const text = item.length > LONGEST_HOP ? '' : item.replace(/^[ \t]+|[ \t]+$/g, '');
	const [, bracketed, plain = text, port = '0'] =
		/^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
	if (Number(port) > 65_535) {
		return undefined;
	}

	if (bracketed === undefined) {
		return parseAddress(plain);
	}

	return isIPv6(bracketed) ? parseAddress(bracketed) : undefined;
}

/**
 * The key that a client with this address is known by: an IPv4 address whole, and an IPv6 client by
 * its /64, since it can take any address in it.
 *
 * @example '203.0.113.7'
 * @example '2001:db8:1:2::/64'
 */
export function addressKey(address: Address): string {
	if (address.length === 2) {
		return address.map(group => `${group >> 8}.${group & 0xff}`).join('.');
	}

	const prefix = address.slice(0, 4);
	const end = prefix.findLastIndex(group => group !== 0) + 1;
	return `${prefix
		.slice(0, end)
		.map(group => group.toString(16))
		.join(':')}::/64`;
}

/** Loopback, link-local, unique-local and RFC 1918 addresses: where one's own proxy is reached from. */
export function isLocal(address: Address): boolean {
	const [first = 0] = address;
	if (address.length === 2) {
		const high = first >> 8;
		return (
			high === 127 ||
			high === 10 ||
			first === 0xa9fe || // 169.254/16
			first === 0xc0a8 || // 192.168/16
			(first & 0xfff0) === 0xac10 // 172.16/12
		);
	}

	const isLoopback = address.every((group, index) => group === (index === 7 ? 1 : 0));
	return isLoopback || (first & 0xffc0) === 0xfe80 || (first & 0xfe00) === 0xfc00;
}

function ipv4Groups(text: string): number[] {
	const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number);
	return [(a << 8) | b, (c << 8) | d];
}

function ipv6Groups(text: string): number[] {
	const [head = '', tail] = text.split('::');
	const before = groupsOf(head);
	if (tail === undefined) {
		return before;
	}

	const after = groupsOf(tail);
	return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** The groups of one side of `::`; the last may be written as an IPv4 address. */
function groupsOf(side: string): number[] {
	if (side === '') {
		return [];
	}

	return side
		.split(':')
		.flatMap(group => (group.includes('.') ? ipv4Groups(group) : [Number.parseInt(group, 16)]));
}
