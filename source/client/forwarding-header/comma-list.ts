import {parseAddress} from '../address/address.ts';
import {parseAddressWithPort, parseUnbracketed} from './address-with-port.ts';
import {unixHop} from './hop.ts';
import type {ForwardingSyntax} from './syntax.ts';

const TAB = 0x09;
const SPACE = 0x20;

/**
 * `X-Forwarded-For` and similar headers: addresses separated by commas, with spaces and tabs around them. An
 * address may have a port. An IPv6 address with a port has brackets, or is read without them where nothing
 * else can be meant.
 */
export const commaList: ForwardingSyntax = {
	separatorBefore: (list, end) => (end === 0 ? -1 : list.lastIndexOf(',', end - 1)),

	hopIn(item) {
		const text = trimmed(item);
		const address = parseAddressWithPort(text) ?? parseAddress(text);

		return address ?? (text === unixHop ? text : parseUnbracketed(text));
	},
};

/** Not `trim()`, which strips more than spaces and tabs; not a regular expression, which takes quadratic time. */
function trimmed(item: string): string {
	let start = 0;
	let end = item.length;
	while (start < end && isBlank(item, start)) {
		start += 1;
	}

	while (end > start && isBlank(item, end - 1)) {
		end -= 1;
	}

	return item.slice(start, end);
}

function isBlank(text: string, index: number): boolean {
	const code = text.charCodeAt(index);
	return code === SPACE || code === TAB;
}
