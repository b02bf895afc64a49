import {type Address, parseHop} from './address.ts';

/** How a forwarding header lists addresses. */
export interface HeaderSyntax {
	/** Where the separator stands before the item that ends at `end`; -1 if the item is the first. */
	separatorBefore(list: string, end: number): number;
	/** The address that an item names, if it names one strictly. */
	addressIn(item: string): Address | undefined;
}

/** `X-Forwarded-For` and the like: addresses with commas between. */
export const commaList: HeaderSyntax = {
	separatorBefore: (list, end) => (end === 0 ? -1 : list.lastIndexOf(',', end - 1)),
	addressIn: parseHop,
};
