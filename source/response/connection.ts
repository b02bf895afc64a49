import type {Context} from 'koa';

/** A socket, or a stream of HTTP/2, which may be gone while its connection is open. A stand-in may lack all of it. */
export interface Connection {
	readonly destroyed?: boolean;
	once?(event: 'close', listener: () => void): unknown;
}

/** What a request came in on. */
export function connectionOf({req}: Pick<Context, 'req'>): Connection | undefined {
	const {stream, socket} = req as {stream?: Connection; socket?: Connection | null};
	return stream ?? socket ?? undefined;
}
