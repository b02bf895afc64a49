import type {Peer} from './peer.ts';
import type {TrustedProxies} from './trusted-proxies.ts';

/** A nearby peer that sends one of these headers looks like a proxy. */
const headersOfProxies = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'cf-connecting-ip'];

/**
 * The header by which a peer looks like a proxy that no option mentions. All of its clients are one, and three
 * wrong passwords would ban all of them.
 */
export function headerOfUnseenProxy(
	{isProxy, address}: Peer,
	headers: Readonly<Record<string, unknown>>,
	{areListed}: TrustedProxies,
): string | undefined {
	return isProxy && address !== undefined && !areListed
		? headersOfProxies.find(name => headers[name] !== undefined)
		: undefined;
}
