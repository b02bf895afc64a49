import {isIP} from 'node:net';

/** The longest that IPv6 can be written: all of its zeros, and its end as IPv4. */
const LONGEST = 45;

/** An address as its bits: 2 groups of 16 for IPv4, 8 for IPv6. */
export type Address = readonly number[];

/** Addresses from the first to the last, both included, of one family. */
export interface AddressRange {
	readonly first: Address;
	readonly last: Address;
}

/**
 * Reads an address strictly: what `node:net` takes, without a zone. IPv4-mapped IPv6 is the IPv4
 * address, however it is spelled.
 */
export function parseAddress(text: string): Address | undefined {
	const family = text.length > LONGEST || text.includes('%') ? 0 : isIP(text);
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

/** By how many bits an IPv6 client may be known. */
export function isIpv6Prefix(given: unknown): given is number {
	return Number.isInteger(given) && Number(given) >= 32 && Number(given) <= 128;
}

export function isIpv4(address: Address): boolean {
	return address.length === 2;
}

/** What an IPv4 address is written as, or RFC 5952 for IPv6: one text for one address. */
export function addressText(address: Address): string {
	if (isIpv4(address)) {
		return address.map(group => `${group >> 8}.${group & 0xff}`).join('.');
	}

	const {start, length} = longestZeros(address);
	return length < 2
		? hex(address)
		: `${hex(address.slice(0, start))}::${hex(address.slice(start + length))}`;
}

/** In 64:ff9b::/96 a translator puts IPv4 clients (NAT64, RFC 6052): they share nothing but that prefix. */
const translated = [0x64, 0xff9b, 0, 0, 0, 0];

/**
 * By how many bits a client with this address is known: all of them, but for an IPv6 client, which can take
 * any address with its prefix.
 */
export function clientBits(address: Address, ipv6Prefix: number): number {
	const isWhole = isIpv4(address) || translated.every((group, index) => address[index] === group);

	return isWhole ? 16 * address.length : ipv6Prefix;
}

/**
 * The key that a client with this address is known by: an IPv4 address whole, and an IPv6 client by
 * its prefix, since it can take any address in it.
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

/** One group's share of a prefix. */
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

/** The groups of one side of `::`; the last may be written as an IPv4 address. */
function groupsOf(side: string): number[] {
	if (side === '') {
		return [];
	}

	return side
		.split(':')
		.flatMap(group => (group.includes('.') ? ipv4Groups(group) : [Number.parseInt(group, 16)]));
}

/** The longest run of zero groups, the first of equals. */
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
