import {badOption} from '../checks/option-checks.ts';
import {AddressList} from './address/address-list.ts';
import {noAddressClient} from './key.ts';

/** Who may name the client. */
export interface TrustedProxies {
	/** Peers whose header is believed. One on a Unix socket is among them unless the list is empty. */
	readonly peers: AddressList;
	/** Whether the user has listed them. A listed proxy is never a client itself. */
	readonly areListed: boolean;
	/** The hops of a header that are walked past. */
	readonly hops: AddressList;
	/** Whether the header of a peer to which an adapter gives no address is believed. */
	readonly noAddress: boolean;
}

/** The default: one hop, a proxy that reaches the app from nearby. */
const nearbyProxies: TrustedProxies = {
	peers: new AddressList(['loopback', 'linklocal', 'uniquelocal']),
	areListed: false,
	hops: new AddressList([]),
	noAddress: false,
};

/** @throws {TypeError} naming the option */
export function settleProxies(given: unknown): TrustedProxies {
	if (given === undefined) {
		return nearbyProxies;
	}

	const isList = Array.isArray(given);
	if (!isList && !AddressList.isOne(given)) {
		const hint =
			typeof given === 'number' ? ' (a number of hops never checks who sends the header)' : '';
		throw badOption(
			'trustedProxies',
			`a list of addresses, CIDRs and names, or an AddressList${hint}`,
			given,
		);
	}

	const list = isList ? new AddressList(given, 'trustedProxies', [noAddressClient]) : given;
	return {
		peers: list,
		areListed: true,
		hops: list,
		noAddress: isList && given.includes(noAddressClient),
	};
}
