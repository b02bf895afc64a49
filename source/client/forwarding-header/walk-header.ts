import type {Address} from '../address/address.ts';
import type {AddressList} from '../address/address-list.ts';
import {commaList} from './comma-list.ts';
import {forwarded} from './forwarded.ts';

/**
 * Why a walk ended: at an address that is not a trusted proxy's; at the left end; at text that is not an
 * address; or because there are too many hops.
 */
export type WalkEnd = 'client' | 'all-proxies' | 'unreadable' | 'too-many-hops';

export interface Walk {
	/** The last good hop: the client, if the walk found one. */
	readonly address: Address | undefined;
	readonly end: WalkEnd;
	/** The proxies that were walked past, nearest first. */
	readonly passed: readonly Address[];
}

/** No real chain of proxies is as long. */
const MAX_HOPS = 100;

/** How many characters are read from the right end: enough for a comma list of a hundred addresses. */
const MAX_LENGTH = 5000;

/**
 * Finds the client in a forwarding header. Each proxy appends its peer's address, so our own proxy wrote the
 * last item. An item is believed only if every address to its right is a trusted proxy's. Only the end of a
 * long header is read.
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
		// What is left of an item that was cut may look like another address.
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
