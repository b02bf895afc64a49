import type {AskOptions} from '../../ask-options.ts';

/** What the store needs of a Redis client, of any package. */
export interface Connection {
	/** Whether the keys are spread over many servers, by their hash tags. */
	readonly isCluster: boolean;
	/** Milliseconds after which the client itself gives up on a command, as far as it shows that. */
	readonly clientTimeout: number | undefined | Promise<number | undefined>;
	/** What to do if the server becomes a replica; undefined if the client then finds the master itself. */
	readonly readOnlyAdvice: string | undefined;
	/** Whether the client is connected, as far as it shows that. */
	isReady(): boolean;
	/** Names the server of a cluster that holds a hash slot, as far as the client knows. */
	serverOf?(slot: number): string | undefined;
	/**
	 * Sends a command to the server that holds a key, and returns the reply. A command that is given up before it
	 * is sent is never sent.
	 *
	 * @throws {Error} at once, if the client has lost its connection
	 */
	send(key: string, command: readonly string[], asking?: AskOptions): Promise<unknown>;
	/** All servers that hold keys of their own: the masters of a cluster, or the only server. */
	servers(): Promise<readonly KeyScanner[]>;
}

/** Continues a SCAN of a server's keys that match a pattern, from a cursor. */
export type KeyScanner = (cursor: string, pattern: string) => Promise<ScannedKeys>;

export interface ScannedKeys {
	/** Where to continue; `'0'` at the end. */
	readonly cursor: string;
	readonly keys: readonly string[];
}
