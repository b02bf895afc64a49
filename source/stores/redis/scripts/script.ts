import {createHash} from 'node:crypto';
import type {Asking} from '../../asking.ts';
import type {Connection} from '../connection/connection.ts';

/** A Lua script. A server that has run it identifies it by the SHA-1 of its text. */
export class Script {
	readonly #text: string;
	readonly #sha: string;
	/** Settles when a server has the text that is on its way. */
	#sending: Promise<void> | undefined;

	constructor(text: string) {
		this.#text = text;
		this.#sha = createHash('sha1').update(text).digest('hex');
	}

	/** Runs the script on the server that holds the keys. Sends its text only if the server does not know it. */
	async run(
		connection: Connection,
		keys: readonly string[],
		args: readonly string[] = [],
		asking?: Asking,
	): Promise<unknown> {
		const [key = ''] = keys;
		const about = [String(keys.length), ...keys, ...args];
		try {
			return await connection.send(key, ['EVALSHA', this.#sha, ...about], asking);
		} catch (error) {
			// The server was restarted, its scripts were flushed, or it is a replica that took over.
			if (isUnknown(error) && !asking?.signal.aborted) {
				return this.#sendText(connection, key, about, asking);
			}

			throw error;
		}
	}

	/** Of many runs at once, one sends the text, and the others run after it. */
	async #sendText(
		connection: Connection,
		key: string,
		about: readonly string[],
		asking: Asking | undefined,
	): Promise<unknown> {
		const others = this.#sending;
		if (others) {
			await others;
			try {
				return await connection.send(key, ['EVALSHA', this.#sha, ...about], asking);
			} catch (error) {
				// Another server of a cluster.
				if (!isUnknown(error)) {
					throw error;
				}
			}
		}

		const sent = connection.send(key, ['EVAL', this.#text, ...about], asking);
		this.#sending = sent.then(
			() => {},
			() => {},
		);
		try {
			return await sent;
		} finally {
			this.#sending = undefined;
		}
	}
}

function isUnknown(error: unknown): boolean {
	return error instanceof Error && error.message.startsWith('NOSCRIPT');
}
