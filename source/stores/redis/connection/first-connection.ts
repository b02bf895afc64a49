import type {EventEmitter} from 'node:events';
import type {AskOptions} from '../../ask-options.ts';
import {connectionLost, notConnected} from './not-sent.ts';

const first = new WeakMap<object, FirstConnection>();

/**
 * Resolves when a client has connected for the first time. Rejects if that fails, or if the question is given up
 * before. A client that was given the command would keep it, and send it whenever it is connected.
 */
export async function firstConnection(
	client: object,
	isReady: () => boolean,
	asking: AskOptions | undefined,
): Promise<void> {
	const connection = first.get(client) ?? new FirstConnection(client as EventEmitter);
	first.set(client, connection);
	await connection.wait(asking);
	if (!isReady()) {
		throw connectionLost();
	}
}

/**
 * The first connection of a client, which may never come. One for each client, so that a client has few listeners.
 * It keeps nothing of a question that was given up.
 */
class FirstConnection {
	readonly #waiting = new Set<(error?: Error) => void>();
	#isOver = false;
	#error: Error | undefined;

	constructor(client: EventEmitter) {
		client.once('ready', () => this.#end());
		for (const event of ['close', 'reconnecting', 'end']) {
			client.once(event, () => this.#end(connectionLost()));
		}
	}

	wait(asking: AskOptions | undefined): Promise<void> {
		return new Promise((resolve, reject) => {
			const settle = (error?: Error) => {
				this.#waiting.delete(settle);
				if (error) {
					reject(error);
				} else {
					resolve();
				}
			};
			if (this.#isOver) {
				settle(this.#error);
				return;
			}

			this.#waiting.add(settle);
			asking?.signal.addEventListener('abort', () => settle(notConnected()), {once: true});
		});
	}

	#end(error?: Error): void {
		if (this.#isOver) {
			return;
		}

		this.#isOver = true;
		this.#error = error;
		for (const settle of this.#waiting) {
			settle(error);
		}
	}
}
