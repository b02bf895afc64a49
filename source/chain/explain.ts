import {type Address, addressText} from '../client/address.ts';
import {syntaxOf, walk} from '../client/header-walk.ts';
import type {Explanation} from '../context.ts';
import type {Passage} from './passage.ts';

/** Goes the way of `identify` again, noting what it meets. */
export function explain(passage: Passage): Explanation {
	const {peer, header, forwarded, address, client, exemption} = passage;
	const passed: Address[] = [];

	return {
		peer: peer.text,
		...(header !== '' && {header}),
		...(forwarded !== undefined && {forwarded}),
		end: endOf(passage, passed),
		passed: passed.map(addressText),
		...(address && {address: addressText(address)}),
		client,
		exemption,
	};
}

function endOf(
	{peer, header, forwarded, settings}: Passage,
	passed: Address[],
): Explanation['end'] {
	if (header === '') {
		return 'no-ip-header';
	}

	if (!peer.isProxy) {
		return 'untrusted-peer';
	}

	return forwarded === undefined
		? 'header-missing'
		: walk(forwarded, syntaxOf(header), settings.proxies.passed, passed).end;
}
