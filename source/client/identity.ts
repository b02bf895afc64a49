import {type Address, addressKey} from './address/address.ts';
import type {Hop} from './forwarding-header/hop.ts';
import {type WalkEnd, walkHeader} from './forwarding-header/walk-header.ts';
import type {Peer} from './peer.ts';
import type {TrustedProxies} from './trusted-proxies.ts';

/** How a request's client was found. */
export interface Identity {
	readonly peer: Peer;
	/** The header that may name the client, in lower case. */
	readonly header: string | undefined;
	/** The value of that header, unless it is missing or empty. */
	readonly value: string | undefined;
	/** The client's address, or its proxy's if that names no client; undefined if neither has one. */
	readonly address: Address | undefined;
	/** Why nothing further was believed: see `Explanation`. */
	readonly end: 'no-ip-header' | 'untrusted-peer' | 'header-missing' | WalkEnd;
	/** The trusted proxies that the header names, nearest first. */
	readonly passed: readonly Hop[];
	/** The item of the header that names no client, if one ended the walk. */
	readonly unread: string | undefined;
}

/** The identity of a request that is not identified yet. */
export const unidentified: Identity = {
	peer: {address: undefined, name: '', client: '', isProxy: false, edition: {}},
	header: undefined,
	value: undefined,
	address: undefined,
	end: 'no-ip-header',
	passed: [],
	unread: undefined,
};

/**
 * Finds the client: the socket's peer, or the address that trusted proxies name in a header.
 *
 * @param header its name, in lower case
 */
export function identityOf(
	header: string | undefined,
	value: string | undefined,
	peer: Peer,
	{hops}: TrustedProxies,
): Identity {
	if (header === undefined) {
		return identityOfPeer(peer, header, value, 'no-ip-header');
	}

	if (!peer.isProxy) {
		return identityOfPeer(peer, header, value, 'untrusted-peer');
	}

	if (value === undefined) {
		return identityOfPeer(peer, header, value, 'header-missing');
	}

	const {address, end, passed, unread} = walkHeader(header, value, hops);
	return {peer, header, value, address: address ?? peer.address, end, passed, unread};
}

/** The canonical key of the client. */
export function clientOf({address, peer}: Identity, ipv6Prefix: number): string {
	// The peer's own key is made once for a connection.
	return address === undefined || address === peer.address
		? peer.client
		: addressKey(address, ipv6Prefix);
}

/** Whether only a proxy is known, and no client. Bans do not apply to such a request. */
export function lacksClient({address, end, peer}: Identity, {areListed}: TrustedProxies): boolean {
	return (
		address === undefined ||
		end === 'header-missing' ||
		isUnreadable(end) ||
		(end === 'no-ip-header' && peer.isProxy && areListed)
	);
}

/** Whether a trusted proxy sent a header in which no client could be read. */
export function isUnreadable(end: Identity['end']): boolean {
	return end === 'unreadable' || end === 'too-many-hops';
}

const none: readonly Hop[] = [];

function identityOfPeer(
	peer: Peer,
	header: string | undefined,
	value: string | undefined,
	end: Identity['end'],
): Identity {
	return {peer, header, value, address: peer.address, end, passed: none, unread: undefined};
}
