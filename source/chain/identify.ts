import type {Socket} from 'node:net';
import type {Context, Middleware} from 'koa';
import {addressKey, parseAddress} from '../client/address.ts';
import {unixClient} from '../client/client-name.ts';
import {syntaxOf, walk} from '../client/header-walk.ts';
import type {Settings} from '../settings.ts';
import type {Warn} from '../warnings.ts';
import {currentPassage, type Passage, type Peer} from './passage.ts';
import {discardAnswer} from './refuse.ts';

/** Finds out whose address the client has: the socket's peer, or whom a proxy of ours names. */
export function identify(settings: Settings): Middleware {
	const {ipHeader, warn} = settings;
	/** A connection's peer stays the same: its address is read once, not for each request. */
	const peers = new WeakMap<Socket, Peer>();

	const peerOf = (socket: Socket | undefined): Peer | undefined => {
		const peer = socket && (peers.get(socket) ?? readPeer(socket, settings));
		if (peer) {
			peers.set(socket, peer);
		}

		return peer;
	};

	return function identify(ctx, next) {
		const peer = peerOf(ctx.req.socket);
		if (peer === undefined) {
			return dismiss(ctx);
		}

		const passage = currentPassage(ctx);
		passage.peer = peer;
		passage.address = peer.address;
		passage.client = peer.key;
		passage.immune = peer.address === undefined;

		const header = ipHeader ?? headerOfKoa(ctx);
		if (header !== undefined) {
			passage.header = header;
			passage.forwarded = headerText(ctx, header);
			readHeader(passage, settings);
		}

		if (peer.address === undefined && passage.client === unixClient) {
			warnUnix(warn);
		}

		return next();
	};
}

/** Koa's own options name a header too, and whom it may name is for the gate to say. */
function headerOfKoa({request: {app}}: Context): string | undefined {
	return app.proxy ? app.proxyIpHeader.toLowerCase() : undefined;
}

/** Several headers of one name are one list, in order: Node joins them. */
function headerText({req}: Context, header: string): string | undefined {
	const text = req.headers[header];

	return typeof text === 'string' && text !== '' ? text : undefined;
}

/** Believes a header as far as a proxy of ours has written it. */
function readHeader(passage: Passage, {proxies, ipv6Prefix, warn}: Settings): void {
	const {peer, header, forwarded} = passage;
	if (!peer.isProxy) {
		if (forwarded !== undefined) {
			warnIgnored(warn, header, peer.text);
		}

		return;
	}

	passage.immune = true;
	if (forwarded === undefined) {
		return;
	}

	const {address, end} = walk(forwarded, syntaxOf(header), proxies.passed);
	if (address) {
		passage.address = address;
		passage.client = addressKey(address, ipv6Prefix);
		passage.immune = end !== 'client' && end !== 'all-proxies';
	}
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

function readPeer(socket: Socket, {proxies, ipv6Prefix, warn}: Settings): Peer | undefined {
	const {remoteAddress} = socket;
	if (typeof remoteAddress === 'string') {
		const text = withoutZone(remoteAddress);
		const address = parseAddress(text);
		if (address === undefined) {
			warnNoAddress(warn, remoteAddress);
			return undefined;
		}

		const key = addressKey(address, ipv6Prefix);
		return {text, address, key, isProxy: proxies.peers.covers(address)};
	}

	// A connection that was reset has lost its remote address only; a Unix socket never had any.
	const isUnix = !socket.destroyed && socket.localAddress === undefined;
	return isUnix
		? {text: unixClient, address: undefined, key: unixClient, isProxy: proxies.unix}
		: undefined;
}

function withoutZone(address: string): string {
	const zone = address.indexOf('%');
	return zone === -1 ? address : address.slice(0, zone);
}

function warnIgnored(warn: Warn, header: string, peer: string): void {
	warn(
		'GATEKEEPER_HEADER_IGNORED',
		() =>
			`The header ${header} from ${peer} was ignored, since that peer is not trusted to name clients. If it is a proxy of yours, list it in trustedProxies`,
	);
}

function warnUnix(warn: Warn): void {
	warn(
		'GATEKEEPER_UNIX_CLIENT',
		() =>
			"Requests over a Unix socket that name no client are all one, 'unix', which is limited and cannot be banned. Name in ipHeader the header in which the proxy tells the client's address",
	);
}

function warnNoAddress(warn: Warn, given: string): void {
	warn(
		'GATEKEEPER_NO_ADDRESS',
		() =>
			`A request was answered 400, since its socket tells no address as its remoteAddress, but '${given}'`,
	);
}
