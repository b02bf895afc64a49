import {isIP} from 'node:net';

/** Characters of the longest spelling of an IPv6 address: with all zeros, and its end as IPv4. */
const MAX_LENGTH = 45;

/** An address as groups of 16 bits: 2 for IPv4, 8 for IPv6. */
export type Address = readonly number[];

/** The addresses from the first to the last, both included, of one family. */
export interface AddressRange {
	readonly first: Address;
	readonly last: Address;
}

/**
 * Parses an address strictly: only what `node:net` accepts, without a zone. An IPv4-mapped IPv6 address is
 * the IPv4 address, in any spelling.
 */
export function parseAddress(text: string): Address | undefined {
	const family = text.length > MAX_LENGTH || text.includes('%') ? 0 : isIP(text);
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

/** Whether this many bits of an IPv6 address may identify a client. */
export function isIpv6Prefix(given: unknown): given is number {
	return Number.isInteger(given) && Number(given) >= 32 && Number(given) <= 128;
}

export function isIpv4(address: Address): boolean {
	return address.length === 2;
}

/** The text of an address, one for each: dotted decimal for IPv4, RFC 5952 for IPv6. */
export function addressText(address: Address): string {
	if (isIpv4(address)) {
		return address.map(group => `${group >> 8}.${group & 0xff}`).join('.');
	}

	const {start, length} = longestZeros(address);
	return length < 2
		? hex(address)
		: `${hex(address.slice(0, start))}::${hex(address.slice(start + length))}`;
}

/** 64:ff9b::/96, where NAT64 puts IPv4 clients (RFC 6052): they have nothing in common but this prefix. */
const translated = [0x64, 0xff9b, 0, 0, 0, 0];

/**
 * How many bits of this address identify a client: all of them, except that an IPv6 client can take any
 * address with its prefix.
 */
export function clientBits(address: Address, ipv6Prefix: number): number {
	return isIpv4(address) || isTranslated(address, ipv6Prefix) ? 16 * address.length : ipv6Prefix;
}

/** Whether NAT64 puts clients there, or into the same prefix: its name would else be the name of all of them. */
function isTranslated(address: Address, ipv6Prefix: number): boolean {
	return translated.every(
		(group, index) => ((group ^ (address[index] ?? 0)) & mask(ipv6Prefix - 16 * index)) === 0,
	);
}

/**
 * The canonical key of a client with this address: an IPv4 address, or the prefix of an IPv6 address.
 *
 * @example '203.0.113.7'
 * @example '2001:db8:1:2::/64'
 */
export function addressKey(address: Address, ipv6Prefix: number): string {
	if (isIpv4(address)) {
		return addressText(address);
	}

	const bits = clientBits(address, ipv6Prefix);
	return `${addressText(network(address, bits).first)}/${bits}`;
}

/** All addresses that share the first `prefix` bits of this one. */
export function network(address: Address, prefix: number): AddressRange {
	if (prefix === 16 * address.length) {
		return {first: address, last: address};
	}

	const masks = address.map((_group, index) => mask(prefix - 16 * index));

	return {
		first: address.map((group, index) => group & (masks[index] ?? 0)),
		last: address.map((group, index) => group | (0xffff ^ (masks[index] ?? 0))),
	};
}

/** The mask of one group, for the bits of a prefix that remain. */
function mask(bits: number): number {
	return 0xffff ^ (0xffff >> Math.min(16, Math.max(0, bits)));
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

/** The groups on one side of `::`. The last two may be written as an IPv4 address. */
function groupsOf(side: string): number[] {
	if (side === '') {
		return [];
	}

	return side
		.split(':')
		.flatMap(group => (group.includes('.') ? ipv4Groups(group) : [Number.parseInt(group, 16)]));
}

/** The longest run of zero groups; the first, if several are equally long. */
function longestZeros(address: Address): {start: number; length: number} {
	let longest = {start: 0, length: 0};
	let length = 0;
	for (const [index, group] of address.entries()) {
		length = group === 0 ? length + 1 : 0;
		if (length > longest.length) {
			longest = {start: index - length + 1, length};
		}
	}

	return longest;
}

function hex(groups: Address): string {
	return groups.map(group => group.toString(16)).join(':');
}
