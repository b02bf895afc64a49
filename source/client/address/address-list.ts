import {badOption} from '../../checks/option-checks.ts';
import {yieldToIo} from '../../yield-to-io.ts';
import {type Address, type AddressRange, isIpv4, network, parseAddress} from './address.ts';
import {coverAll, type SortedRanges, type Steps, sortRanges} from './sorted-ranges.ts';

const namedRanges: ReadonlyMap<unknown, readonly string[]> = new Map([
	['loopback', ['127.0.0.0/8', '::1']],
	['linklocal', ['169.254.0.0/16', 'fe80::/10']],
	['uniquelocal', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']],
]);

const ENTRY = "an address, a CIDR, 'loopback', 'linklocal' or 'uniquelocal'";

const listKey = Symbol.for('koa-gatekeeper.AddressList');

interface Ranges {
	readonly ipv4: SortedRanges;
	readonly ipv6: SortedRanges;
}

/** How many entries are parsed in one step: about 1 ms of work. */
const READ_AT_ONCE = 250;

/**
 * A list of addresses, CIDRs and the names `loopback`, `linklocal` and `uniquelocal` (fc00::/7 and the ranges
 * of RFC 1918). It matches the bits of an address, in any spelling.
 *
 * A CIDR's host bits are masked. An IPv4-mapped entry is IPv4, and `::/0` covers no IPv4 address.
 *
 * @example
 * const scrapers = new AddressList(['192.0.2.0/24', '2001:db8::/32']);
 * app.use(gatekeeper({deny: scrapers}));
 * await scrapers.replace(await newestScrapers());   // all of them take effect at once
 */
export class AddressList {
	/** @internal Whether a value is an AddressList, of this or another copy of this package. */
	static isOne(value: unknown): value is AddressList {
		return typeof value === 'object' && value !== null && listKey in value;
	}

	#ranges: Ranges;

	/** How often `replace()` was called, and the call that the ranges are from. */
	#calls = 0;
	#inForce = 0;

	/** @throws {TypeError} for an entry that is not an address, a CIDR or a name */
	constructor(entries: readonly string[]);
	/** @internal `option` is the name of the list in errors. */
	constructor(entries: unknown, option: string);
	constructor(entries: unknown, option = 'AddressList()') {
		this.#ranges = finish(readList(entries, option));
	}

	/**
	 * Replaces all entries. Copies the list at once. If an entry is bad, changes nothing.
	 *
	 * Requests are served while a long list is parsed. The old entries apply to them until the promise
	 * resolves; then all new ones take effect at once. If calls overlap, the last one that does not reject
	 * prevails.
	 *
	 * @throws {TypeError} (as a rejection) for an entry that is not an address, a CIDR or a name
	 */
	async replace(entries: readonly string[]): Promise<void> {
		this.#calls += 1;
		const call = this.#calls;
		const ranges = await finishInTurns(readList(entries, 'replace()'));

		// A later call may have finished earlier.
		if (call > this.#inForce) {
			this.#inForce = call;
			this.#ranges = ranges;
		}
	}

	/** @internal */
	get [listKey](): true {
		return true;
	}

	/** Whether an entry covers this address. False for text that is not an address. */
	has(address: string): boolean {
		const read = parseAddress(address);

		return read !== undefined && this.covers(read);
	}

	/** @internal Whether one entry covers all addresses from `first` to `last`. */
	covers(first: Address, last = first): boolean {
		return coverAll(isIpv4(first) ? this.#ranges.ipv4 : this.#ranges.ipv6, first, last);
	}
}

function finish<Result>(steps: Steps<Result>): Result {
	let step = steps.next();
	while (!step.done) {
		step = steps.next();
	}

	return step.value;
}

/** Lets I/O run between two steps. The first step runs before it returns. */
async function finishInTurns<Result>(steps: Steps<Result>): Promise<Result> {
	let step = steps.next();
	while (!step.done) {
		await yieldToIo();
		step = steps.next();
	}

	return step.value;
}

/** The first step copies the list: the caller may change it before the next step. */
function* readList(list: unknown, option: string): Steps<Ranges> {
	if (!Array.isArray(list)) {
		throw badOption(option, `a list, each entry ${ENTRY}`, list);
	}

	// A hole in the list is an entry too, and a bad one.
	const entries: readonly unknown[] = Array.from(list);
	const ipv4: AddressRange[] = [];
	const ipv6: AddressRange[] = [];
	for (const [index, entry] of entries.entries()) {
		if (index % READ_AT_ONCE === 0) {
			yield;
		}

		for (const range of rangesOf(entry, `${option}[${index}]`)) {
			(isIpv4(range.first) ? ipv4 : ipv6).push(range);
		}
	}

	return {ipv4: yield* sortRanges(ipv4), ipv6: yield* sortRanges(ipv6)};
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
			throw badOption(option, 'a CIDR with a prefix length such as 10.0.0.0/8, not a mask', entry);
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

	// The prefix of a mapped address includes the 96 bits before the IPv4 address, and must not be shorter.
	const bits = isIpv4(address) ? 32 : 128;
	const mapped = isIpv4(address) && text.includes(':') ? 96 : 0;
	const prefix = length === undefined ? bits : Number(length) - mapped;
	return prefix >= 0 && prefix <= bits ? network(address, prefix) : undefined;
}
