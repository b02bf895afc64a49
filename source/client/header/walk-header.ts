import type {Address} from '../address/address.ts';
import type {AddressList} from '../address/address-list.ts';
import {commaList} from './comma-list.ts';
import {forwarded} from './forwarded.ts';

/**
 * Why a walk has ended: at an address that is no proxy's; at the left end; at what is no address; or
 * because there are too many hops to be true.
 */
export type WalkEnd = 'client' | 'all-proxies' | 'unreadable' | 'too-many-hops';

export interface Walk {
	/** The last good hop: the client, if the walk has found one. */
	readonly address: Address | undefined;
	readonly end: WalkEnd;
	/** The proxies that were walked past, nearest first. */
	readonly passed: readonly Address[];
}

/** No chain of proxies is so long; whoever writes more is one of them, or is trusted by mistake. */
const MAX_HOPS = 100;

/** Characters from the right end that are read: as many as a comma list of a hundred addresses takes. */
const MAX_LENGTH = 5000;

/**
 * Finds the client in a forwarding header. Every proxy appends whom it serves, so that what stands
 * last is from our own proxy; all before it may be the client's invention, unless that hop is a proxy
 * of ours too. However long the header is, only its end is read.
 *
 * @param header its name, in lower case
 * @param proxies the hops to walk past
 */
export function walkHeader(header: string, value: string, proxies: AddressList): Walk {
	const {separatorBefore, addressIn} = header === 'forwarded' ? forwarded : commaList;
	const list = value.slice(-MAX_LENGTH);
	const isCut = list.length < value.length;
	const passed: Address[] = [];
	let end = list.length;

	while (passed.length < MAX_HOPS) {
		const separator = separatorBefore(list, end);
		// Of an item that is cut, what is left may look like another.
		const address =
			separator === -1 && isCut ? undefined : addressIn(list.slice(separator + 1, end));
		if (address === undefined) {
			return {address: passed.at(-1), end: 'unreadable', passed};
		}

		if (!proxies.covers(address)) {
			return {address, end: 'client', passed};
		}

		if (separator === -1) {
			return {address, end: 'all-proxies', passed};
		}

		passed.push(address);
		end = separator;
	}

	return {address: passed.at(-1), end: 'too-many-hops', passed};
}
