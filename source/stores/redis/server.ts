import type {AskOptions} from '../ask-options.ts';
import {asUnfinished} from '../unfinished-error.ts';
import {readOnlyWarner, warnOfTimeout} from './client-warnings.ts';
import {connect} from './connection/connect.ts';
import type {Connection} from './connection/connection.ts';
import {type Scripts, scripts} from './scripts/all.ts';
import {serverClock} from './scripts/clock.ts';

/** The server, or servers, behind a client, and the scripts that run there. A store and its sibling share it. */
export class Server {
	readonly connection: Connection;
	readonly scripts: Scripts;
	/** Must be told of every error. */
	readonly onError: (error: unknown) => void;

	/**
	 * @param clock what the scripts begin with: it defines the time, `now`
	 * @throws {TypeError} for an unknown kind of client
	 */
	constructor(client: unknown, clock = serverClock) {
		this.connection = connect(client);
		this.scripts = scripts(clock);
		this.onError = readOnlyWarner(this.connection.readOnlyAdvice);
		warnOfTimeout(this.connection);
	}

	/** Runs a script that changes nothing: of what a failure has left undone, there is nothing to say. */
	async read(
		script: keyof Scripts,
		keys: readonly string[],
		args: readonly string[],
		asking: AskOptions | undefined,
	): Promise<unknown> {
		try {
			return await this.scripts[script].run(this.connection, keys, args, asking);
		} catch (error) {
			this.onError(error);
			throw error;
		}
	}

	/**
	 * Runs a script that nobody repeats if it fails.
	 *
	 * @throws {UnfinishedError} unless the server has replied
	 */
	async command(...asked: Parameters<Server['read']>): Promise<unknown> {
		try {
			return await this.read(...asked);
		} catch (error) {
			throw isReply(error) ? error : asUnfinished(error);
		}
	}
}

/** Whether an error is what the server replied. It begins with a code, such as READONLY. */
function isReply(error: unknown): boolean {
	return error instanceof Error && /^[A-Z]{2,} /.test(error.message);
}
