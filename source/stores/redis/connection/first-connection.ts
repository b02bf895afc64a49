import type {EventEmitter} from 'node:events';
import type {Asking} from '../../asking.ts';
import {connectionLost, notConnected} from './not-sent.ts';
import {waitFor} from './wait-for.ts';

/** One promise for each client: every question waits for it, and a client has few listeners. */
const first = new WeakMap<object, Promise<void>>();

/**
 * Resolves when a client has connected for the first time. Rejects if that fails, or if the question is given up
 * before. A client that was given the command would keep it, and send it whenever it is connected.
 */
export async function firstConnection(
	client: object,
	isReady: () => boolean,
	asking: Asking | undefined,
): Promise<void> {
	const connected = first.get(client) ?? settled(client as EventEmitter);
	first.set(client, connected);
	await waitFor(connected, asking, notConnected);
	if (!isReady()) {
		throw connectionLost();
	}
}

function settled(client: EventEmitter): Promise<void> {
	const connected = new Promise<void>((resolve, reject) => {
		client.once('ready', resolve);
		for (const event of ['close', 'reconnecting', 'end']) {
			client.once(event, () => reject(connectionLost()));
		}
	});
	connected.catch(() => {});

	return connected;
}
