import type {EventEmitter} from 'node:events';
import {connectionLost} from './not-sent.ts';

/** Clients whose connection is lost, of those that have been watched. */
const lost = new WeakSet<object>();
const watched = new WeakSet<object>();

/**
 * Watches a client's connection. A client that is connecting for the first time has not lost it.
 *
 * While it is lost, clients queue commands by default, and send them when they are connected again: reports
 * and requests that were given up long ago would then count all at once.
 */
export function watchConnection(client: object & Partial<EventEmitter>): void {
	if (typeof client.on !== 'function' || watched.has(client)) {
		return;
	}

	watched.add(client);
	for (const event of ['close', 'reconnecting', 'end']) {
		client.on(event, () => lost.add(client));
	}

	client.on('ready', () => lost.delete(client));
}

/** @throws {Error} while the connection is lost */
export function refuseIfLost(client: object): void {
	if (lost.has(client)) {
		throw connectionLost();
	}
}
