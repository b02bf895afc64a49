import type {Context} from 'koa';

/** What a response is asked here. A stand-in for one may lack all of it. */
interface MaybeClosed {
	readonly destroyed?: boolean;
	/** Of HTTP/2. */
	readonly stream?: {readonly destroyed?: boolean};
	once?(event: 'close', listener: () => void): unknown;
}

/**
 * Calls a function when the connection of this request has closed, for requests that never settle: some
 * middlewares wait for a body that an aborted request never ends.
 */
export function whenClosed(ctx: Context, closed: () => void): void {
	const res = ctx.res as MaybeClosed | undefined;
	if (res?.destroyed || res?.stream?.destroyed) {
		closed();
	} else {
		res?.once?.('close', closed);
	}
}
