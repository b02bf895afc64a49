import {addressText} from './address/address.ts';
import {hopText} from './forwarding-header/hop.ts';
import type {Identity} from './identity.ts';

/** How a request's address was found. */
export interface AddressExplanation {
	/** The socket's address; `'unix'`; or `'no-address'`, if an adapter gives none. */
	readonly peer: string;
	/** The header that may name the client, in lower case, if there is one. */
	readonly header?: string;
	/** The value of that header, unless it is missing or empty. */
	readonly value?: string;
	/**
	 * Why nothing further was believed:
	 *
	 * - `'no-ip-header'`: no option names a header; the peer is the client
	 * - `'untrusted-peer'`: the peer is not a trusted proxy; it is the client, whatever its header says
	 * - `'header-missing'`: a trusted proxy names no client
	 * - `'client'`: this hop is the client
	 * - `'all-proxies'`: every hop is a trusted proxy; the left-most counts as the client
	 * - `'unreadable'`: the next hop names no client; the last good one counts
	 * - `'too-many-hops'`: the nearest 100 hops are trusted proxies, and more follow
	 */
	readonly end: Identity['end'];
	/** The trusted proxies that the header names, nearest first; `'unix:'` for one on a Unix socket. */
	readonly passed: readonly string[];
	/** The whole address, of which an IPv6 client's key shows only a part; absent if none is known. */
	readonly address?: string;
}

export function explanationOf(identity: Identity): AddressExplanation {
	const {peer, header, value, end, passed, address} = identity;

	return {
		peer: peer.name,
		...(header !== undefined && {header}),
		...(value !== undefined && {value}),
		end,
		passed: passed.map(hopText),
		...(address && {address: addressText(address)}),
	};
}
