import type {Socket} from 'node:net';
import type {Settings} from '../options/settings.ts';
import type {Warn} from '../warnings.ts';
import {type Address, addressKey, parseAddress} from './address.ts';
import {unixClient} from './key.ts';

/** Who sends the requests of one connection. */
export interface Peer {
	/** Undefined on a Unix socket. */
	readonly address: Address | undefined;
	/** The canonical key of the client that it is, if it names no other. */
	readonly client: string;
	/** Whether it may name another: our own reverse proxy. */
	readonly isProxy: boolean;
}

/**
 * Tells the peer of a socket; undefined for one whose client was gone before its address was read.
 *
 * A connection's peer stays the same, so that its address is read once and kept on the socket: a
 * WeakMap takes longer than all else that is done to find a client.
 */
export function peerReader(settings: Settings): (socket: Socket | undefined) => Peer | undefined {
	const peerKey = Symbol('koa-gatekeeper peer');

	return (socket: (Socket & {[peerKey]?: Peer}) | undefined) => {
		const known = socket?.[peerKey];
		if (known || socket === undefined) {
			return known;
		}

		const peer = readPeer(socket, settings);
		if (peer) {
			// Unlike an assignment: what stands for a socket may be frozen, and is read anew then.
			Reflect.set(socket, peerKey, peer);
		}

		return peer;
	};
}

function readPeer(socket: Socket, {proxies, ipv6Prefix, warn}: Settings): Peer | undefined {
	const {remoteAddress} = socket;
	if (typeof remoteAddress === 'string') {
		const address = parseAddress(withoutZone(remoteAddress));
		if (address === undefined) {
			warnNoAddress(warn, remoteAddress);
			return undefined;
		}

		const isProxy = proxies.peers.covers(address);
		return {address, client: addressKey(address, ipv6Prefix), isProxy};
	}

	// A Unix socket never had an address. A connection that was reset has lost the remote one only; what
	// HTTP/2 shows of one that it has closed has none, but is not connected.
	const isUnix = socket.pending === false && !socket.destroyed && socket.localAddress === undefined;
	return isUnix ? {address: undefined, client: unixClient, isProxy: proxies.unix} : undefined;
}

function withoutZone(address: string): string {
	const zone = address.indexOf('%');
	return zone === -1 ? address : address.slice(0, zone);
}

function warnNoAddress(warn: Warn, given: string): void {
	warn(
		'GATEKEEPER_NO_ADDRESS',
		() =>
			`A request was answered 400, since its socket tells no address as its remoteAddress, but '${given}'`,
	);
}
