import type {Context, Middleware} from 'koa';
import {hopText} from '../client/forwarding-header/hop.ts';
import {clientOf, type Identity, identityOf, lacksClient} from '../client/identity.ts';
import {unixClient} from '../client/key.ts';
import {peerReader} from '../client/peer.ts';
import {headerOfUnseenProxy} from '../client/unseen-proxy.ts';
import type {Settings} from '../options/settings.ts';
import {currentState, type RequestState} from '../request-state.ts';
import {discardResponse} from '../response/discard-response.ts';
import {hasResponse} from '../response/has-response.ts';
import {prepareRefusal} from '../response/prepare-refusal.ts';
import {hasReadableTarget} from './readable-target.ts';

/** Lines. Node's default for `server.maxHeadersCount` is 2,000 names and values. */
const MAX_HEADERS = 1000;

/** A socket, which knows its server if it is one of Node's. */
interface MaybeServed {
	readonly server?: {readonly maxHeadersCount?: number | null};
}

/** Finds the client's address: the socket's peer, or the address that a trusted proxy names. */
export function identify(settings: Settings): Middleware {
	const {ipHeader, ipv6Prefix, proxies} = settings;
	const readPeer = peerReader(settings);

	return function identify(ctx, next) {
		const peer = readPeer(ctx.req.socket);
		if (peer === undefined || !hasReadableTarget(ctx)) {
			return dismiss(ctx, 400);
		}

		const header = ipHeader === false ? undefined : (ipHeader ?? headerOfKoa(ctx));
		if (header !== undefined && mayLackHeaders(ctx)) {
			return dismiss(ctx, 431);
		}

		const state = currentState(ctx);
		const identity = identityOf(header, headerValue(header, ctx), peer, proxies);
		state.identity = identity;
		state.client = clientOf(identity, ipv6Prefix);
		state.immune = lacksClient(identity, proxies);
		if (header === undefined && ipHeader === undefined) {
			noteUnseenProxy(ctx, state);
		}

		warnOf(identity, state);

		return next();
	};
}

/** The header of `app.proxyIpHeader`, if `app.proxy` is on. The gate decides whether to believe it. */
function headerOfKoa({request: {app}}: Context): string | undefined {
	return app.proxy ? app.proxyIpHeader.toLowerCase() : undefined;
}

/** Node.js joins several headers of one name into one list, in order. */
function headerValue(header: string | undefined, {req}: Context): string | undefined {
	const value = header === undefined ? undefined : req.headers[header];

	return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * Node.js drops header lines beyond a limit (`server.maxHeadersCount`). If a client has sent that many, the
 * line that our proxy added may be missing.
 */
function mayLackHeaders({req}: Context): boolean {
	// Adapters may leave out both.
	const {socket, rawHeaders} = req as Partial<typeof req> & {socket?: MaybeServed | null};
	const max = socket?.server?.maxHeadersCount ?? MAX_HEADERS;

	return max > 0 && rawHeaders !== undefined && rawHeaders.length >= 2 * max;
}

/**
 * Rejects a request whose client cannot be identified, since it might be any client, a banned one included; or whose
 * target cannot be read. A dry run only notes it.
 */
function dismiss(ctx: Context, status: 400 | 431): void {
	const state = currentState(ctx);
	state.isUnidentified = true;
	if (state.settings.dryRun) {
		return;
	}

	prepareRefusal(ctx, state);
	if (!hasResponse(ctx)) {
		ctx.throw(status, 'The gate cannot read the request');
	}

	discardResponse(ctx);
	ctx.status = status;
}

/** The reports of a proxy that no option mentions count nothing. */
function noteUnseenProxy({req}: Context, state: RequestState): void {
	const {identity, settings} = state;
	const header = headerOfUnseenProxy(identity.peer, req.headers, settings.proxies);
	if (header !== undefined) {
		state.isUnseenProxy = true;
		settings.warn('GATEKEEPER_UNSEEN_PROXY', identity.peer.name, header);
	}
}

/** Warns of what looks like a mistake in the options for proxies. */
function warnOf(
	{end, header = '', value, peer, passed, unread}: Identity,
	{client, immune, settings: {key, warn}}: RequestState,
): void {
	if (end === 'untrusted-peer' && value !== undefined) {
		warn('GATEKEEPER_HEADER_IGNORED', header, peer.name);
	} else if (unread !== undefined) {
		const last = passed.at(-1);
		warn('GATEKEEPER_UNREADABLE_HEADER', header, last ? hopText(last) : peer.name, unread);
	}

	if (client === unixClient && key === undefined) {
		warn('GATEKEEPER_UNIX_CLIENT');
	} else if (end === 'no-ip-header' && immune) {
		warn('GATEKEEPER_NO_IP_HEADER', peer.name);
	}
}
