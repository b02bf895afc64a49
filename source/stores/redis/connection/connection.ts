/** What the store needs of a client, whichever package it is of. */
export interface Connection {
	/** Whether the keys are on many servers, by their hash tags. */
	readonly isCluster: boolean;
	/** Has the server that holds a key run a command, and answers its reply. */
	send(key: string, command: readonly string[]): Promise<unknown>;
	/** All servers that hold keys of their own: the masters of a cluster, or the only one. */
	servers(): Promise<readonly KeyScanner[]>;
}

/** Goes on with SCAN from a cursor over a server's keys that match a pattern. */
export type KeyScanner = (cursor: string, pattern: string) => Promise<ScannedKeys>;

export interface ScannedKeys {
	/** Where to go on; `'0'` at the end. */
	readonly cursor: string;
	readonly keys: readonly string[];
}
