import type {Address} from '../address/address.ts';

/** How a forwarding header lists addresses. */
export interface ForwardingSyntax {
	/** The index of the separator before the item that ends at `end`; -1 if the item is the first. */
	separatorBefore(list: string, end: number): number;
	/** The address of an item, if it strictly is one. */
	addressIn(item: string): Address | undefined;
}
