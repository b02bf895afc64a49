import type {Socket} from 'node:net';
import type {Warn} from '../warnings.ts';
import {type Address, addressKey, addressText, parseAddress} from './address/address.ts';
import {unixClient} from './key.ts';
import type {TrustedProxies} from './trusted-proxies.ts';

/** The other end of a connection. */
export interface Peer {
	/** Undefined on a Unix socket. */
	readonly address: Address | undefined;
	/** The whole address as text, or `'unix'`. */
	readonly name: string;
	/** Its canonical key as a client. */
	readonly client: string;
	/** Whether it may name other clients: it is a trusted proxy. */
	readonly isProxy: boolean;
}

interface PeerOptions {
	readonly proxies: TrustedProxies;
	readonly ipv6Prefix: number;
	readonly warn: Warn;
}

/**
 * Returns a function that reads the peer of a socket. It returns undefined if the client was gone before
 * its address was read.
 *
 * It reads each connection once and stores the peer on the socket. A WeakMap lookup costs more than the rest
 * of finding a client.
 */
export function peerReader(options: PeerOptions): (socket: Socket | undefined) => Peer | undefined {
	const peerKey = Symbol('koa-gatekeeper peer');

	return (socket: (Socket & {[peerKey]?: Peer}) | undefined) => {
		const known = socket?.[peerKey];
		if (known || socket === undefined) {
			return known;
		}

		const peer = readPeer(socket, options);
		if (peer) {
			// Unlike an assignment, this fails quietly on a frozen stand-in for a socket.
			Reflect.set(socket, peerKey, peer);
		}

		return peer;
	};
}

function readPeer(socket: Socket, {proxies, ipv6Prefix, warn}: PeerOptions): Peer | undefined {
	const {remoteAddress} = socket;
	if (typeof remoteAddress === 'string') {
		const address = parseAddress(withoutZone(remoteAddress));
		if (address === undefined) {
			warn('GATEKEEPER_NO_ADDRESS', remoteAddress);
			return undefined;
		}

		return {
			address,
			name: addressText(address),
			client: addressKey(address, ipv6Prefix),
			isProxy: proxies.peers.covers(address),
		};
	}

	// A Unix socket has no addresses at all. A reset TCP connection has lost only its remote one. A closed HTTP/2
	// session has none either, but is not connected.
	const isUnix = socket.pending === false && !socket.destroyed && socket.localAddress === undefined;
	return isUnix
		? {address: undefined, name: unixClient, client: unixClient, isProxy: proxies.unix}
		: undefined;
}

function withoutZone(address: string): string {
	const zone = address.indexOf('%');
	return zone === -1 ? address : address.slice(0, zone);
}
