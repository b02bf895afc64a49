import type {IncomingMessage} from 'node:http';
import type {Socket} from 'node:net';
import type {Context, Middleware} from 'koa';
import {type Address, addressKey, isLocal, parseAddress, parseHop} from '../client/address.ts';
import {unixClient} from '../client/client-key.ts';
import type {Settings} from '../settings.ts';
import type {Warn} from '../warnings.ts';
import {currentPassage} from './passage.ts';
import {discardAnswer} from './refuse.ts';

/** Who sends the requests of one connection. */
interface Peer {
	readonly key: string;
	/** Whether it may name the client: our own reverse proxy. */
	readonly isProxy: boolean;
}

/** A connection's peer stays the same: its address is read once, not for each request. */
const peers = new WeakMap<Socket, Peer>();

/** Finds out who the client is: the socket's peer, or whom our own proxy names. */
export function identify({ipHeader, warn}: Settings): Middleware {
	return function identify(ctx, next) {
		const peer = peerOf(ctx.req.socket, warn);
		if (peer === undefined) {
			return dismiss(ctx);
		}

		const passage = currentPassage(ctx);
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

/**
 * A client that was gone before its address was read cannot be told from others, nor from a banned one;
 * no answer reaches it.
 */
function dismiss(ctx: Context): void {
	discardAnswer(ctx);
	ctx.status = 400;
	ctx.set('Cache-Control', 'no-store');
}

function peerOf(socket: Socket | undefined, warn: Warn): Peer | undefined {
	const known = socket && peers.get(socket);
	if (known) {
		return known;
	}

	const peer = socket && readPeer(socket, warn);
	if (peer) {
		peers.set(socket, peer);
	}

	return peer;
}

function readPeer(socket: Socket, warn: Warn): Peer | undefined {
	const {remoteAddress} = socket;
	if (typeof remoteAddress === 'string') {
		const address = parseAddress(withoutZone(remoteAddress));
		if (address === undefined) {
			warnNoAddress(warn, remoteAddress);
		}

		return address && {key: addressKey(address), isProxy: isLocal(address)};
	}

	// A connection that was reset has lost its remote address only; a Unix socket never had any.
	const isUnix = !socket.destroyed && socket.localAddress === undefined;
	return isUnix ? {key: unixClient, isProxy: true} : undefined;
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

function warnNoAddress(warn: Warn, given: string): void {
	warn(
		'GATEKEEPER_NO_ADDRESS',
		() =>
			`A request was answered 400, since its socket tells no address as its remoteAddress, but '${given}'`,
	);
}
