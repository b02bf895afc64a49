import {type NaiveAddress, naiveAddress, naiveIPv4, naiveIPv6} from './naive-address.ts';

/** An address, or a peer on a Unix socket. */
export type NaiveHop = NaiveAddress | 'unix:';

/** The right-most item of a header. */
export interface Item {
	/** What it names, if it can be read. */
	readonly hop: NaiveHop | undefined;
	/** The items to its left; undefined if it is the left-most. */
	readonly rest: string | undefined;
}

/** An address, perhaps with a port; or `unix:`. */
export function naiveNode(text: string, isForwarded: boolean): NaiveHop | undefined {
	if (text === 'unix:') {
		return text;
	}

	if (text.startsWith('[')) {
		const end = text.lastIndexOf(']');
		const address = naiveIPv6(text.slice(1, end));
		return end > 0 && isPort(text.slice(end + 1), isForwarded) ? address : undefined;
	}

	const colon = text.indexOf(':');
	if (colon !== -1 && colon === text.lastIndexOf(':')) {
		const address = naiveIPv4(text.slice(0, colon));
		return isPort(text.slice(colon), isForwarded) ? address : undefined;
	}

	return isForwarded ? naiveIPv4(text) : (naiveAddress(text) ?? withoutPort(text));
}

/** An IPv6 address that has a port and no brackets, where the port cannot be a part of the address. */
function withoutPort(text: string): NaiveAddress | undefined {
	const colon = text.lastIndexOf(':');
	const address = text.slice(0, colon);
	const mayBePart = text.length - colon <= 5 && address.endsWith('::');

	return isPort(text.slice(colon), false) && !mayBePart ? naiveIPv6(address) : undefined;
}

function isPort(text: string, isForwarded: boolean): boolean {
	const digits = leading(text.slice(1), '0123456789');
	const isNumber =
		text === `:${digits}` && digits.length >= 1 && digits.length <= 5 && Number(digits) <= 65_535;

	return text === '' || isNumber || (isForwarded && /^:_[A-Za-z0-9._-]+$/.test(text));
}

/** The longest start of the text that consists of these characters. */
export function leading(text: string, characters: string): string {
	let length = 0;
	while (length < text.length && characters.includes(text.charAt(length))) {
		length += 1;
	}

	return text.slice(0, length);
}

/** Without the spaces and tabs around it. No other character is white space here. */
export function trimmed(text: string): string {
	let start = 0;
	let end = text.length;
	while (start < end && ' \t'.includes(text.charAt(start))) {
		start += 1;
	}

	while (end > start && ' \t'.includes(text.charAt(end - 1))) {
		end -= 1;
	}

	return text.slice(start, end);
}
