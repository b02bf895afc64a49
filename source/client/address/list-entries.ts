import {badOption} from '../../checks/option-checks.ts';
import {type AddressRange, isIpv4, network, parseAddress} from './address.ts';
import {type SortedRanges, type Steps, sortRanges} from './sorted-ranges.ts';

/** What the entries of a list cover. */
export interface Ranges {
	readonly ipv4: SortedRanges;
	readonly ipv6: SortedRanges;
	/** Whether there is no entry. */
	readonly isEmpty: boolean;
}

type Names = ReadonlyMap<string, readonly string[]>;

const namedRanges: Names = new Map([
	['loopback', ['127.0.0.0/8', '::1']],
	['linklocal', ['169.254.0.0/16', 'fe80::/10']],
	['uniquelocal', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']],
]);

/** How many entries are parsed in one step: about 1 ms of work. */
const READ_AT_ONCE = 250;

/**
 * Reads the entries of a list. The first step copies the list: the caller may change it before the next step.
 *
 * @param option the name of the list in errors
 * @param others further names that are taken, and cover no address
 * @throws {TypeError} for an entry that is not an address, a CIDR or a name
 */
export function* readList(
	list: unknown,
	option: string,
	others: readonly string[] = [],
): Steps<Ranges> {
	const names = new Map([...namedRanges, ...others.map(name => [name, []] as const)]);
	if (!Array.isArray(list)) {
		throw badOption(option, `a list, each entry ${allowedEntry(names)}`, list);
	}

	// A hole in the list is an entry too, and a bad one.
	const entries: readonly unknown[] = Array.from(list);
	const ipv4: AddressRange[] = [];
	const ipv6: AddressRange[] = [];
	for (const [index, entry] of entries.entries()) {
		if (index % READ_AT_ONCE === 0) {
			yield;
		}

		for (const range of rangesOf(entry, `${option}[${index}]`, names)) {
			(isIpv4(range.first) ? ipv4 : ipv6).push(range);
		}
	}

	return {
		ipv4: yield* sortRanges(ipv4),
		ipv6: yield* sortRanges(ipv6),
		isEmpty: entries.length === 0,
	};
}

function rangesOf(entry: unknown, option: string, names: Names): readonly AddressRange[] {
	if (typeof entry === 'string') {
		const range = rangeOf(entry);
		if (range) {
			return [range];
		}

		const named = names.get(entry);
		if (named) {
			return named.flatMap(cidr => rangesOf(cidr, option, names));
		}

		if (parseAddress(entry.slice(entry.indexOf('/') + 1))) {
			throw badOption(option, 'a CIDR with a prefix length such as 10.0.0.0/8, not a mask', entry);
		}
	}

	throw badOption(option, allowedEntry(names), entry);
}

function allowedEntry(names: Names): string {
	const quoted = [...names.keys()].map(name => `'${name}'`);

	return `an address, a CIDR, ${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

/** The addresses that an entry covers; undefined if it is neither an address nor a CIDR. */
export function rangeOf(entry: string): AddressRange | undefined {
	const [, text = entry, length] = /^(.*)\/(0|[1-9]\d{0,2})$/.exec(entry) ?? [];
	const address = parseAddress(text);
	if (address === undefined) {
		return undefined;
	}

	// The prefix of a mapped address includes the 96 bits before the IPv4 address, and must not be shorter.
	const bits = isIpv4(address) ? 32 : 128;
	const mapped = isIpv4(address) && text.includes(':') ? 96 : 0;
	const prefix = length === undefined ? bits : Number(length) - mapped;
	return prefix >= 0 && prefix <= bits ? network(address, prefix) : undefined;
}
