import {badOption} from '../option-checks.ts';
import {type Address, type AddressRange, isIpv4, network, parseAddress} from './address.ts';

const namedRanges: ReadonlyMap<unknown, readonly string[]> = new Map([
	['loopback', ['127.0.0.0/8', '::1']],
	['linklocal', ['169.254.0.0/16', 'fe80::/10']],
	['uniquelocal', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']],
]);

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

	/** @throws {TypeError} for an entry that is no address, CIDR or name */
	constructor(entries: readonly string[]);
	/** @internal `option` is what an error calls the list. */
	constructor(entries: unknown, option: string);
	constructor(entries: unknown, option = 'AddressList()') {
		this.#set(entries, option);
	}

	/**
	 * Takes these entries in place of all that it has; if one is bad, none.
	 *
	 * @throws {TypeError} for an entry that is no address, CIDR or name
	 */
	replace(entries: readonly string[]): void {
		this.#set(entries, 'replace()');
	}

	/** Whether an entry covers this address; none covers what is no address. */
	has(address: string): boolean {
		const read = parseAddress(address);

		return read !== undefined && this.covers(read);
	}

	/** @internal Whether one entry covers all addresses from `first` to `last`. */
	covers(first: Address, last = first): boolean {
		const ranges = isIpv4(first) ? this.#ipv4 : this.#ipv6;
		const range = ranges[lastNotAfter(ranges, first)];

		return range !== undefined && compare(last, range.last) <= 0;
	}

	#set(entries: unknown, option: string): void {
		if (!Array.isArray(entries)) {
			throw badOption(option, `a list, each entry ${ENTRY}`, entries);
		}

		// A hole of the list is an entry too, and a bad one.
		const ranges = Array.from(entries, (entry, index) => rangesOf(entry, `${option}[${index}]`));
		this.#ipv4 = withoutNested(ranges.flat().filter(({first}) => isIpv4(first)));
		this.#ipv6 = withoutNested(ranges.flat().filter(({first}) => !isIpv4(first)));
	}
}

function rangesOf(entry: unknown, option: string): readonly AddressRange[] {
	if (typeof entry === 'string') {
		const range = rangeOf(entry);
		if (range) {
			return [range];
		}

		const named = namedRanges.get(entry);
		if (named) {
			return named.flatMap(cidr => rangesOf(cidr, option));
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
	const bits = isIpv4(address) ? 32 : 128;
	const mapped = isIpv4(address) && text.includes(':') ? 96 : 0;
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
