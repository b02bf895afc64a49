import {yieldToIo} from '../../yield-to-io.ts';
import {type Address, isIpv4, parseAddress} from './address.ts';
import {type Ranges, readList} from './list-entries.ts';
import {coverAll, type Steps} from './sorted-ranges.ts';

const listKey = Symbol.for('koa-gatekeeper.AddressList');

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
	/**
	 * @internal `option` is the name of the list in errors. `others` are names that the option takes too, and
	 * that cover no address.
	 */
	constructor(entries: unknown, option: string, others?: readonly string[]);
	constructor(entries: unknown, option = 'AddressList()', others: readonly string[] = []) {
		this.#ranges = finish(readList(entries, option, others));
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

	/** @internal Whether there is no entry. */
	get isEmpty(): boolean {
		return this.#ranges.isEmpty;
	}

	/** @internal The same object until the entries are replaced. */
	get edition(): object {
		return this.#ranges;
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
