import type {Explanation} from '../context.ts';
import type {Settings} from '../options/settings.ts';
import type {Walk} from './header/walk-header.ts';
import type {Peer} from './peer.ts';

/** What a header is believed, and why nothing further. */
export interface Belief extends Omit<Walk, 'end'> {
	readonly end: Explanation['end'];
}

/**
 * How a request's client was found. `address` is the client's own, or its proxy's where that names
 * none; undefined on a Unix socket.
 */
export interface Identity extends Belief {
	readonly peer: Peer;
	/** The header that may name the client, in lower case. */
	readonly header: string | undefined;
	/** What that header says, unless it is missing or empty. */
	readonly value: string | undefined;
}

/** A request's identity until it is found. */
export const unidentified: Identity = {
	peer: {address: undefined, client: '', isProxy: false},
	header: undefined,
	value: undefined,
	address: undefined,
	end: 'no-ip-header',
	passed: [],
};

/** Whether the request has no client of its own, but for who has sent it for somebody. */
export function namesNobody({address, end, peer}: Identity, {proxies}: Settings): boolean {
	return (
		address === undefined ||
		end === 'header-missing' ||
		isUnreadable(end) ||
		(end === 'no-ip-header' && peer.isProxy && proxies.areListed)
	);
}

/** Whether there was a header from a proxy of ours, and no client to be read in it. */
export function isUnreadable(end: Explanation['end']): boolean {
	return end === 'unreadable' || end === 'too-many-hops';
}
