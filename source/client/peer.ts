import type {Socket} from 'node:net';
import {describe} from '../checks/describe.ts';
import type {Warn} from '../warnings.ts';
import {type Address, addressKey, addressText, parseAddress} from './address/address.ts';
import {noAddressClient, unixClient} from './key.ts';
import type {TrustedProxies} from './trusted-proxies.ts';

/** The other end of a connection. */
export interface Peer {
	/** Undefined on a Unix socket, and if an adapter gives none. */
	readonly address: Address | undefined;
	/** The whole address as text, `'unix'`, or `'no-address'`. */
	readonly name: string;
	/** Its canonical key as a client. */
	readonly client: string;
	/** Whether it may name other clients: it is a trusted proxy. */
	readonly isProxy: boolean;
	/** The edition of the list of proxies that decided so. */
	readonly edition: object;
}

interface PeerOptions {
	readonly proxies: TrustedProxies;
	readonly ipv6Prefix: number;
	readonly warn: Warn;
}

/** A socket, or what an adapter or a mock has put in its place. */
type AnySocket = Partial<Socket> | null | undefined;

/**
 * Returns a function that reads the peer of a socket. It returns undefined if no peer is known: the client was
 * gone before its address was read, or an adapter gives no address and is not trusted to do so.
 *
 * It reads each connection once, until the list of proxies is replaced, and stores the peer on the socket. A
 * WeakMap lookup costs more than the rest of finding a client.
 */
export function peerReader(options: PeerOptions): (socket: AnySocket) => Peer | undefined {
	const peerKey = Symbol('koa-gatekeeper peer');
	const {peers} = options.proxies;

	return (socket: (Partial<Socket> & {[peerKey]?: Peer}) | null | undefined) => {
		const known = socket?.[peerKey];
		if (known && known.edition === peers.edition) {
			return known;
		}

		const peer = readPeer(socket ?? {}, options);
		if (peer && socket) {
			// Unlike an assignment, this fails quietly on a frozen stand-in for a socket.
			Reflect.set(socket, peerKey, peer);
		}

		return peer;
	};
}

function readPeer(socket: Partial<Socket>, options: PeerOptions): Peer | undefined {
	const {proxies, ipv6Prefix, warn} = options;
	const {peers, noAddress} = proxies;
	const {edition} = peers;
	const {remoteAddress} = socket;
	const isText = typeof remoteAddress === 'string';
	const address = isText ? parseAddress(withoutZone(remoteAddress)) : undefined;
	if (address) {
		return {
			address,
			name: addressText(address),
			client: addressKey(address, ipv6Prefix),
			isProxy: peers.covers(address),
			edition,
		};
	}

	if (!remoteAddress && isUnixSocket(socket)) {
		return {...nobody(unixClient), isProxy: !peers.isEmpty, edition};
	}

	if (!remoteAddress && noAddress && isStandIn(socket)) {
		return {...nobody(noAddressClient), isProxy: true, edition};
	}

	if (remoteAddress || isStandIn(socket)) {
		warn('GATEKEEPER_NO_ADDRESS', describe(remoteAddress));
	}

	return undefined;
}

/**
 * A Unix socket has no addresses at all. That alone is no proof. A reset TCP connection has lost its remote address. A
 * closed HTTP/2 session has none, and neither has TLS or HTTP/2 over a stream that is no socket, whose other end may be
 * anybody. Only the handle tells these apart, and Node.js has no public name for it.
 */
function isUnixSocket(socket: Partial<Socket>): boolean {
	const {pending, destroyed, localAddress} = socket;

	return (
		pending === false && !destroyed && localAddress === undefined && transportOf(socket) === 'Pipe'
	);
}

/**
 * Every connection of Node.js knows whether it is pending, even one that is lost. An adapter's socket does not. TLS or
 * HTTP/2 over a stream that is no socket knows it, and stands in for a socket as well.
 */
function isStandIn(socket: Partial<Socket>): boolean {
	const {pending, destroyed} = socket;

	return !destroyed && (pending === undefined || transportOf(socket) === 'JSStream');
}

interface Handle {
	/** What TLS is on. */
	readonly _parent?: Handle | null;
}

/** What Node.js names the transport of a connection: `TCP`, `Pipe` for a Unix socket, `JSStream` for another stream. */
function transportOf(socket: object): string | undefined {
	const {_handle: handle} = socket as {readonly _handle?: Handle | null};

	return (handle?._parent ?? handle)?.constructor.name;
}

function nobody(client: string): Pick<Peer, 'address' | 'name' | 'client'> {
	return {address: undefined, name: client, client};
}

function withoutZone(address: string): string {
	const zone = address.indexOf('%');
	return zone === -1 ? address : address.slice(0, zone);
}
