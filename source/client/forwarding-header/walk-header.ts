import type {Address} from '../address/address.ts';
import type {AddressList} from '../address/address-list.ts';
import {commaList} from './comma-list.ts';
import {forwarded} from './forwarded.ts';
import {type Hop, unixHop} from './hop.ts';

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
	readonly passed: readonly Hop[];
	/** The item that ended the walk because it names no client. */
	readonly unread: string | undefined;
}

/** No real chain of proxies is as long. */
const MAX_HOPS = 100;

/** How many characters are read from the right end: enough for a comma list of a hundred addresses. */
const MAX_LENGTH = 5000;

/**
 * Finds the client in a forwarding header. Each proxy appends its peer's address, so our own proxy wrote the
 * last item. An item is believed only if every hop to its right is a trusted proxy. Only the end of a
 * long header is read.
 *
 * @param header its name, in lower case
 * @param proxies the hops to walk past. A hop on a Unix socket is one of them unless the list is empty.
 */
export function walkHeader(header: string, value: string, proxies: AddressList): Walk {
	const {separatorBefore, hopIn} = header === 'forwarded' ? forwarded : commaList;
	const list = value.slice(-MAX_LENGTH);
	const isCut = list.length < value.length;
	const passed: Hop[] = [];
	let end = list.length;

	while (passed.length < MAX_HOPS) {
		const separator = separatorBefore(list, end);
		const isFirst = separator === -1;
		const item = list.slice(separator + 1, end);
		// What is left of an item that was cut may look like another address.
		const hop = isFirst && isCut ? undefined : hopIn(item);
		// A Unix socket has no address: whoever is on it is a proxy that names a client, or nobody that is known.
		if (hop === undefined || (hop === unixHop && (isFirst || proxies.isEmpty))) {
			return {address: lastAddress(passed), end: 'unreadable', passed, unread: item};
		}

		if (hop !== unixHop) {
			if (!proxies.covers(hop)) {
				return {address: hop, end: 'client', passed, unread: undefined};
			}

			if (isFirst) {
				return {address: hop, end: 'all-proxies', passed, unread: undefined};
			}
		}

		passed.push(hop);
		end = separator;
	}

	return {address: lastAddress(passed), end: 'too-many-hops', passed, unread: undefined};
}

function lastAddress(passed: readonly Hop[]): Address | undefined {
	return passed.findLast(hop => hop !== unixHop);
}
