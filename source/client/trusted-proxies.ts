import {badOption, isFunction, isText} from '../checks/option-checks.ts';
import type {ClientTest} from '../options/options.ts';
import {AddressList} from './address-list.ts';

/** Who may name the client. */
export interface TrustedProxies {
	readonly peers: AddressList;
	/** Whether the user has listed them: they are no clients then, whatever they name. */
	readonly areListed: boolean;
	/** Whether peers on a Unix socket may. */
	readonly unix: boolean;
	/** The hops of a header that are walked past. */
	readonly hops: AddressList;
}

/** Of several lines Node keeps the first, the client's own perhaps, or joins them by other rules. */
const unjoinedHeaders: ReadonlySet<string> = new Set(
	`age authorization content-length content-type cookie etag expires from host if-modified-since
	if-unmodified-since last-modified location max-forwards proxy-authorization referer retry-after
	server set-cookie user-agent`.split(/\s+/),
);

/** One hop: whoever reaches the app from nearby, and names the client. */
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
			'a list of addresses, CIDRs and names (a number of hops never looks at who sends the header)',
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

/** @throws {TypeError} naming the option */
export function settleListing(
	given: unknown,
	option: string,
): AddressList | ClientTest | undefined {
	if (given === undefined || given instanceof AddressList || isFunction<ClientTest>(given)) {
		return given;
	}

	if (!Array.isArray(given)) {
		throw badOption(
			option,
			'a list of addresses and CIDRs, an AddressList, or a function of ctx',
			given,
		);
	}

	return new AddressList(given, option);
}

/** A token of RFC 9110, and one of whose lines Node keeps all. */
export function isHeaderName(given: unknown): given is string {
	return (
		isText(given) &&
		/^[\w!#$%&'*+.^`|~-]+$/.test(given) &&
		!unjoinedHeaders.has(given.toLowerCase())
	);
}
