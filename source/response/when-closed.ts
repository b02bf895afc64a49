import type {Context} from 'koa';
import {type Connection, connectionOf} from './connection.ts';

/** What waits for a connection to close. One listener serves all requests of a connection. */
const waiting = new WeakMap<Connection, Set<() => void>>();

/**
 * Calls a function when the response to this request, or its connection, has closed. Some requests never settle:
 * a middleware may wait for the end of a body that the client has broken off. The response alone does not tell:
 * that of a request which is pipelined behind another one may never close.
 *
 * @returns a function that no longer waits
 */
export function whenClosed({req, res}: Context, closed: () => void): () => void {
	const connection = connectionOf({req});
	if (!connection?.once) {
		return () => {};
	}

	if (connection.destroyed) {
		closed();
		return () => {};
	}

	const listeners = waiting.get(connection) ?? startWaiting(connection);
	const listener = () => {
		if (listeners.delete(listener)) {
			closed();
		}
	};
	listeners.add(listener);
	(res as Connection | undefined)?.once?.('close', listener);
	return () => {
		listeners.delete(listener);
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
