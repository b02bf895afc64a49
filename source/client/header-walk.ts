import type {Address} from './address.ts';
import type {AddressList} from './address-list.ts';
import {commaList, type HeaderSyntax} from './comma-list.ts';
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
}

/** No chain of proxies is so long; whoever writes more is one of them, or is trusted by mistake. */
const MOST_HOPS = 100;

/** @param header in lower case */
export function syntaxOf(header: string): HeaderSyntax {
	return header === 'forwarded' ? forwarded : commaList;
}

/**
 * Finds the client in a forwarding header. Every proxy appends whom it serves, so that what stands
 * last is from our own proxy; all before it may be the client's invention, unless that hop is a proxy
 * of ours too. Takes time linear in the header's length, of which Node bounds it (`maxHeaderSize`).
 *
 * @param proxies the hops to walk past; without it the first is taken, whoever it is
 * @param passed receives the hops walked past
 */
export function walk(
	list: string,
	{separatorBefore, addressIn}: HeaderSyntax,
	proxies: AddressList | undefined,
	passed?: Address[],
): Walk {
	let last: Address | undefined;
	let end = list.length;

	for (let hops = 0; hops < MOST_HOPS; hops += 1) {
		const separator = separatorBefore(list, end);
		const address = addressIn(list.slice(separator + 1, end));
		if (address === undefined) {
			return {address: last, end: 'unreadable'};
		}

		if (!proxies?.covers(address)) {
			return {address, end: 'client'};
		}

		if (separator === -1) {
			return {address, end: 'all-proxies'};
		}

		passed?.push(address);
		last = address;
		end = separator;
	}

	return {address: last, end: 'too-many-hops'};
}
