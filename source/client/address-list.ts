import {badOption} from '../option-checks.ts';
import {type Address, type AddressRange, network, parseAddress} from './address.ts';

const namedRanges: Readonly<Record<string, readonly string[]>> = {
	loopback: ['127.0.0.0/8', '::1'],
	linklocal: ['169.254.0.0/16', 'fe80::/10'],
	uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

const ENTRY = "an address, a CIDR, 'loopback', 'linklocal' or 'uniquelocal'";

/**
 * A list of addresses, CIDRs and the names `loopback`, `linklocal` and `uniquelocal` (fc00::/7 and the
 * ranges of RFC 1918). It is matched on an address's bits, in whatever spelling either is written.
 *
 * A CIDR's host bits are masked. IPv4-mapped IPv6 is IPv4, and `::/0` covers no IPv4.
 *
 * @example
 * const scrapers = new AddressList(['192.0.2.0/24', '2001:db8::/32']);
 * app.use(gatekeeper({deny: scrapers}));
 * scrapers.replace(await newestScrapers());   // in force at once
 */
export class AddressList {
	#ipv4: readonly AddressRange[] = [];
	#ipv6: readonly AddressRange[] = [];

	/**
	 * @param option what an error calls the list
	 * @throws {TypeError} for an entry that is no address, CIDR or name
	 */
	constructor(entries: readonly string[], option = 'AddressList()') {
		this.replace(entries, option);
	}

	/**
	 * Takes these entries in place of all that it has; if one is bad, none.
	 *
	 * @throws {TypeError} for an entry that is no address, CIDR or name
	 */
	replace(entries: readonly string[], option = 'replace()'): void {
		if (!Array.isArray(entries)) {
			throw badOption(option, `a list, each entry ${ENTRY}`, entries);
		}

		const ranges = entries.flatMap((entry, index) => rangesOf(entry, `${option}[${index}]`));
		this.#ipv4 = withoutNested(ranges.filter(({first}) => first.length === 2));
		this.#ipv6 = withoutNested(ranges.filter(({first}) => first.length === 8));
	}

	get isEmpty(): boolean {
		return this.#ipv4.length + this.#ipv6.length === 0;
	}

	/** Whether one entry covers all addresses from `first` to `last`. */
	covers(first: Address, last = first): boolean {
		const ranges = first.length === 2 ? this.#ipv4 : this.#ipv6;
		const range = ranges[lastNotAfter(ranges, first)];

		return range !== undefined && compare(last, range.last) <= 0;
	}
}

function rangesOf(entry: unknown, option: string): readonly AddressRange[] {
	if (typeof entry === 'string') {
		const range = rangeOf(entry);
		if (range) {
			return [range];
		}

		if (Object.hasOwn(namedRanges, entry)) {
			return (namedRanges[entry] ?? []).flatMap(named => rangesOf(named, option));
		}

		if (parseAddress(entry.slice(entry.indexOf('/') + 1))) {
			throw badOption(option, "a CIDR with a prefix's length, such as 10.0.0.0/8, no mask", entry);
		}
	}

	throw badOption(option, ENTRY, entry);
}

function rangeOf(entry: string): AddressRange | undefined {
	const [, text = entry, length] = /^(.*)\/(0|[1-9]\d{0,2})$/.exec(entry) ?? [];
	const address = parseAddress(text);
	if (address === undefined) {
		return undefined;
	}

	// The prefix of a mapped address counts the 96 bits before it, and must not be shorter.
	const bits = address.length * 16;
	const mapped = bits === 32 && text.includes(':') ? 96 : 0;
	const prefix = length === undefined ? bits : Number(length) - mapped;
	return prefix >= 0 && prefix <= bits ? network(address, prefix) : undefined;
}

/** In order. Of two CIDRs that overlap, one lies within the other: the larger one is kept. */
function withoutNested(ranges: readonly AddressRange[]): readonly AddressRange[] {
	const sorted = ranges.toSorted((one, other) => {
		return compare(one.first, other.first) || compare(other.last, one.last);
	});
	const kept: AddressRange[] = [];
	for (const range of sorted) {
		const before = kept.at(-1);
		if (before === undefined || compare(range.last, before.last) > 0) {
			kept.push(range);
		}
	}

	return kept;
}

/** The index of the last range that begins at or before an address; -1 if there is none. */
function lastNotAfter(ranges: readonly AddressRange[], address: Address): number {
	let low = 0;
	let high = ranges.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		const range = ranges[middle];
		if (range && compare(range.first, address) <= 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}

	return low - 1;
}

function compare(one: Address, other: Address): number {
	for (let index = 0; index < one.length; index += 1) {
		const difference = (one[index] ?? 0) - (other[index] ?? 0);
		if (difference !== 0) {
			return difference;
		}
	}

	return 0;
}
