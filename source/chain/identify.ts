import type {Context, Middleware} from 'koa';
import {type Address, addressKey, addressText} from '../client/address.ts';
import {walkHeader} from '../client/header/walk-header.ts';
import {type Belief, type Identity, namesNobody} from '../client/identity.ts';
import {unixClient} from '../client/key.ts';
import {type Peer, peerReader} from '../client/peer.ts';
import type {Settings} from '../options/settings.ts';
import {currentPassage} from '../request-state.ts';
import {discardAnswer} from '../response/refuse.ts';
import type {Warn} from '../warnings.ts';

/** Node's own bound, where the server sets none. */
const MOST_HEADERS = 1000;

const nothing: readonly Address[] = [];

/** Finds out whose address the client has: the socket's peer, or whom a proxy of ours names. */
export function identify(settings: Settings): Middleware {
	const {ipHeader, ipv6Prefix, key, warn} = settings;
	const readPeer = peerReader(settings);

	return function identify(ctx, next) {
		const peer = readPeer(ctx.req.socket);
		if (peer === undefined) {
			return dismiss(ctx, 400);
		}

		const header = ipHeader ?? headerOfKoa(ctx);
		if (header !== undefined && mayLackHeaders(ctx)) {
			return dismiss(ctx, 431);
		}

		const value = textOf(header, ctx);
		const {address, end, passed} = believed(header, value, peer, settings);

		const passage = currentPassage(ctx);
		passage.identity = {peer, header, value, address: address ?? peer.address, end, passed};
		passage.client = address ? addressKey(address, ipv6Prefix) : peer.client;
		passage.namesNobody = namesNobody(passage.identity, settings);

		if (end === 'untrusted-peer' && value !== undefined) {
			warnIgnored(warn, passage.identity);
		}

		if (passage.client === unixClient && key === undefined) {
			warnUnix(warn);
		} else if (end === 'no-ip-header' && passage.namesNobody) {
			warnNoHeader(warn, passage.identity);
		}

		return next();
	};
}

/** Koa's own options name a header too, and whom it may name is for the gate to say. */
function headerOfKoa({request: {app}}: Context): string | undefined {
	return app.proxy ? app.proxyIpHeader.toLowerCase() : undefined;
}

/** Several headers of one name are one list, in order: Node joins them. */
function textOf(header: string | undefined, {req}: Context): string | undefined {
	const value = header === undefined ? undefined : req.headers[header];

	return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Believes a header as far as a proxy of ours has written it. */
function believed(
	header: string | undefined,
	value: string | undefined,
	{isProxy}: Peer,
	{proxies}: Settings,
): Belief {
	if (header === undefined) {
		return {address: undefined, end: 'no-ip-header', passed: nothing};
	}

	if (!isProxy) {
		return {address: undefined, end: 'untrusted-peer', passed: nothing};
	}

	return value === undefined
		? {address: undefined, end: 'header-missing', passed: nothing}
		: walkHeader(header, value, proxies.hops);
}

/**
 * Node drops the header lines beyond a number (`server.maxHeadersCount`), and so the line of our proxy,
 * if a client has sent as many before it.
 */
function mayLackHeaders({req}: Context): boolean {
	const {server} = req.socket as {server?: {maxHeadersCount?: number | null}};
	const most = server?.maxHeadersCount ?? MOST_HEADERS;

	return most > 0 && req.rawHeaders.length >= 2 * most;
}

/** Answers who cannot be told from others, nor from the banned: a client that is gone, say. */
function dismiss(ctx: Context, status: number): void {
	discardAnswer(ctx);
	ctx.status = status;
	ctx.set('Cache-Control', 'no-store');
}

function warnIgnored(warn: Warn, {header, peer: {address}}: Identity): void {
	warn(
		'GATEKEEPER_HEADER_IGNORED',
		() =>
			`The header ${header} from ${address ? addressText(address) : unixClient} was ignored, since that peer is not trusted to name clients. If it is a proxy of yours, list it in trustedProxies`,
	);
}

function warnNoHeader(warn: Warn, {peer: {address}}: Identity): void {
	warn(
		'GATEKEEPER_NO_IP_HEADER',
		() =>
			`trustedProxies lists ${address ? addressText(address) : unixClient}, but no ipHeader says in which header it names clients: all of its requests are one client, which is limited and cannot be banned`,
	);
}

function warnUnix(warn: Warn): void {
	warn(
		'GATEKEEPER_UNIX_CLIENT',
		() =>
			"Requests over a Unix socket that name no client are all one, 'unix', which is limited and cannot be banned. Name in ipHeader the header in which the proxy tells the client's address",
	);
}
