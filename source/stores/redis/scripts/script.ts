import {createHash} from 'node:crypto';
import type {Connection} from '../connection/connection.ts';

/** A script, which servers know by the SHA-1 of its text once they have run it. */
export class Script {
	readonly #text: string;
	readonly #sha: string;

	constructor(text: string) {
		this.#text = text;
		this.#sha = createHash('sha1').update(text).digest('hex');
	}

	/** Runs it on the server that holds the keys, and sends the text only where that does not know it. */
	async run(
		connection: Connection,
		keys: readonly string[],
		args: readonly string[] = [],
	): Promise<unknown> {
		const [key = ''] = keys;
		const about = [String(keys.length), ...keys, ...args];
		try {
			return await connection.send(key, ['EVALSHA', this.#sha, ...about]);
		} catch (error) {
			// A server that was restarted, or whose scripts were flushed, or that is another's successor.
			if (error instanceof Error && error.message.startsWith('NOSCRIPT')) {
				return connection.send(key, ['EVAL', this.#text, ...about]);
			}

			throw error;
		}
	}
}
