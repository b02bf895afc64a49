import type {Address} from '../address/address.ts';

/** How a forwarding header lists addresses. */
export interface HeaderSyntax {
	/** Where the separator stands before the item that ends at `end`; -1 if the item is the first. */
	separatorBefore(list: string, end: number): number;
	/** The address that an item names, if it names one strictly. */
	addressIn(item: string): Address | undefined;
}
