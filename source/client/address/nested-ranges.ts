import {type Address, type AddressRange, isIpv4} from './address.ts';
import {rangeOf} from './list-entries.ts';
import {byFirst, compare, lastNotAfter} from './sorted-ranges.ts';

interface NestedRange extends AddressRange {
	readonly cidr: string;
	/** The smallest range that it lies within. */
	readonly enclosing: NestedRange | undefined;
}

/** CIDRs, arranged so that those around an address are found in logarithmic time. */
export class NestedRanges {
	readonly #ipv4: readonly NestedRange[];
	readonly #ipv6: readonly NestedRange[];

	/** @param cidrs what is not a CIDR is around no address */
	constructor(cidrs: Iterable<string>) {
		const read = [...cidrs].flatMap(cidr => {
			const range = rangeOf(cidr);
			return range ? [{...range, cidr}] : [];
		});
		this.#ipv4 = nest(read.filter(({first}) => isIpv4(first)));
		this.#ipv6 = nest(read.filter(({first}) => !isIpv4(first)));
	}

	/** The CIDRs in which an address lies, the smallest first. */
	around(address: Address): readonly string[] {
		const nested = isIpv4(address) ? this.#ipv4 : this.#ipv6;
		const cidrs: string[] = [];
		let range = smallestAround(address, nested[lastNotAfter(nested, address)]);
		for (; range; range = range.enclosing) {
			cidrs.push(range.cidr);
		}

		return cidrs;
	}
}

/** Two CIDRs are apart, or one lies within the other. */
function nest(
	ranges: ReadonlyArray<AddressRange & {readonly cidr: string}>,
): readonly NestedRange[] {
	const nested: NestedRange[] = [];
	for (const range of ranges.toSorted(byFirst)) {
		nested.push({...range, enclosing: smallestAround(range.last, nested.at(-1))});
	}

	return nested;
}

/** The smallest range around an address, from the last one that begins at or before it. */
function smallestAround(address: Address, from: NestedRange | undefined): NestedRange | undefined {
	let range = from;
	while (range && compare(address, range.last) > 0) {
		range = range.enclosing;
	}

	return range;
}
