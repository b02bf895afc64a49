import {badOption} from '../checks/option-checks.ts';
import {AddressList} from './address/address-list.ts';

/** Who may name the client. */
export interface TrustedProxies {
	/** Peers whose header is believed. */
	readonly peers: AddressList;
	/** Whether the user has listed them. A listed proxy is never a client itself. */
	readonly areListed: boolean;
	/** Whether the header of a peer on a Unix socket is believed. */
	readonly unix: boolean;
	/** The hops of a header that are walked past. */
	readonly hops: AddressList;
}

/** The default: one hop, a proxy that reaches the app from nearby. */
const nearbyProxies: TrustedProxies = {
	peers: new AddressList(['loopback', 'linklocal', 'uniquelocal']),
	areListed: false,
	hops: new AddressList([]),
	unix: true,
};

/** @throws {TypeError} naming the option */
export function settleProxies(given: unknown): TrustedProxies {
	if (given === undefined) {
		return nearbyProxies;
	}

	if (typeof given === 'number') {
		throw badOption(
			'trustedProxies',
			'a list of addresses, CIDRs and names (a number of hops never checks who sends the header)',
			given,
		);
	}

	const list = new AddressList(given, 'trustedProxies');
	return {
		peers: list,
		areListed: true,
		hops: list,
		unix: !(Array.isArray(given) && given.length === 0),
	};
}
