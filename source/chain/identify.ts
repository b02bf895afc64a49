import type {IncomingMessage} from 'node:http';
import type {Socket} from 'node:net';
import type {Middleware} from 'koa';
import {type Address, addressKey, isLocal, parseAddress, parseHop} from '../client/address.ts';
import {goneClient, unixClient} from '../client/client-key.ts';
import type {Settings} from '../settings.ts';
import {currentPassage} from './passage.ts';

/** Who sends the requests of one connection. */
interface Peer {
	readonly key: string;
	/** Whether it may name the client: our own reverse proxy. */
	readonly isProxy: boolean;
}

/** A connection's peer stays the same: its address is read once, not for each request. */
const peers = new WeakMap<Socket, Peer>();

/** Finds out who the client is: the socket's peer, or whom our own proxy names. */
export function identify({ipHeader}: Settings): Middleware {
	return function identify(ctx, next) {
		const passage = currentPassage(ctx);
		const peer = peerOf(ctx.req.socket);
		if (ipHeader === undefined || !peer.isProxy) {
			passage.client = peer.key;
			return next();
		}

		const address = rightmostAddress(ctx.req, ipHeader);
		passage.client = address ? addressKey(address) : peer.key;
		passage.immune = address === undefined;
		return next();
	};
}

function peerOf(socket: Socket): Peer {
	const known = peers.get(socket);
	if (known) {
		return known;
	}

	const peer = readPeer(socket);
	peers.set(socket, peer);
	return peer;
}

function readPeer(socket: Socket): Peer {
	const {remoteAddress} = socket;
	if (remoteAddress === undefined) {
		return socket.destroyed ? {key: goneClient, isProxy: false} : {key: unixClient, isProxy: true};
	}

	const address = parseAddress(withoutZone(remoteAddress));
	return address
		? {key: addressKey(address), isProxy: isLocal(address)}
		: {key: goneClient, isProxy: false};
}

function withoutZone(address: string): string {
	const zone = address.indexOf('%');
	return zone === -1 ? address : address.slice(0, zone);
}

/** What our proxy wrote itself stands last; all before it may be the client's own invention. */
function rightmostAddress(req: IncomingMessage, header: string): Address | undefined {
	const list = String(req.headers[header] ?? '');

	return parseHop(list.slice(list.lastIndexOf(',') + 1));
}
