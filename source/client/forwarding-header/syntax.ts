import type {Hop} from './hop.ts';

/** How a forwarding header lists addresses. */
export interface ForwardingSyntax {
	/** The index of the separator before the item that ends at `end`; -1 if the item is the first. */
	separatorBefore(list: string, end: number): number;
	/** The hop that an item names, if it strictly names one. */
	hopIn(item: string): Hop | undefined;
}
