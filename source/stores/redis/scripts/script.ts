import {createHash} from 'node:crypto';
import type {AskOptions} from '../../ask-options.ts';
import type {Connection} from '../connection/connection.ts';

/** A Lua script. A server that has run it identifies it by the SHA-1 of its text. */
export class Script {
	readonly #text: string;
	readonly #sha: string;
	/** How many texts are on their way. */
	#sending = 0;

	constructor(text: string) {
		this.#text = text;
		this.#sha = createHash('sha1').update(text).digest('hex');
	}

	/**
	 * Runs the script on the server that holds the keys. Sends its text only if the server does not know it. Of many
	 * runs at once, one sends the text, and the others name it again. None waits for another: a server may be silent.
	 */
	async run(
		connection: Connection,
		keys: readonly string[],
		args: readonly string[] = [],
		asking?: AskOptions,
	): Promise<unknown> {
		const [key = ''] = keys;
		const about = [String(keys.length), ...keys, ...args];
		const bySha = () => connection.send(key, ['EVALSHA', this.#sha, ...about], asking);
		try {
			return await bySha();
		} catch (error) {
			throwUnlessWanted(error, asking);
		}

		// The server was restarted, its scripts were flushed, or it is a replica that took over.
		if (this.#sending > 0) {
			// A connection keeps the order of its commands: after the text, the server knows the script.
			try {
				return await bySha();
			} catch (error) {
				// The text is on its way to another server of a cluster, or has not arrived.
				throwUnlessWanted(error, asking);
			}
		}

		this.#sending += 1;
		try {
			return await connection.send(key, ['EVAL', this.#text, ...about], asking);
		} finally {
			this.#sending -= 1;
		}
	}
}

/** @throws {Error} the error, unless the server does not know the script and the question is still wanted */
function throwUnlessWanted(error: unknown, asking: AskOptions | undefined): void {
	if (!isUnknown(error) || asking?.signal.aborted) {
		throw error;
	}
}

function isUnknown(error: unknown): boolean {
	return error instanceof Error && error.message.startsWith('NOSCRIPT');
}
