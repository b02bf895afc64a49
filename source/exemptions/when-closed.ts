import type {Context} from 'koa';

/** A socket, or a stream of HTTP/2. A stand-in may lack all of it. */
interface Connection {
	readonly destroyed?: boolean;
	once?(event: 'close', listener: () => void): unknown;
}

/** What waits for a connection to close. One listener serves all requests of a connection. */
const waiting = new WeakMap<Connection, Set<() => void>>();

/**
 * Calls a function when the connection of this request closes. Some requests never settle: a middleware may
 * wait for the end of a body that the client has broken off. The response's own events do not tell: those of a
 * request that is pipelined behind another one never come.
 *
 * @returns a function that no longer waits
 */
export function whenClosed({req}: Context, closed: () => void): () => void {
	const {stream, socket} = req as {stream?: Connection; socket?: Connection | null};
	const connection = stream ?? socket;
	if (!connection?.once) {
		return () => {};
	}

	if (connection.destroyed) {
		closed();
		return () => {};
	}

	const listeners = waiting.get(connection) ?? startWaiting(connection);
	listeners.add(closed);
	return () => {
		listeners.delete(closed);
	};
}

function startWaiting(connection: Connection): Set<() => void> {
	const listeners = new Set<() => void>();
	waiting.set(connection, listeners);
	connection.once?.('close', () => {
		for (const listener of listeners) {
			listener();
		}
	});

	return listeners;
}
