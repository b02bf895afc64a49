import {hash} from 'node:crypto';

/*
 * The first byte of a key is its section: a part of the file that shares nothing with others. Gates that enforce use one,
 * and gates under `dryRun` another. The last one is that of the file itself. The second byte is the table. Then follows
 * whom the record is about.
 */

/** The tables of a section. */
export const tables = {
	clients: 1,
	/** What a `specific` with a `key` counts in place of clients. */
	userKeys: 2,
	/** Times of long logs. */
	blocks: 3,
	// Bans are listed from the first of these three to the last.
	reports: 4,
	trap: 5,
	operator: 6,
	strikes: 7,
	ranges: 160,
	totals: 161,
	/** How far the samples of a table have come. */
	samples: 162,
} as const;

/** Records of tables below this one begin with 8 bytes: when they are over, in milliseconds. The sweep reads them. */
export const NOT_SWEPT = 128;

/** The order in which the entries of a table were set is in the table with this number and the table's own. */
export const ORDER = 128;

/** Bytes of a key: those of section and table, and those of a client's hash. */
export const HEAD = 2;
const HASH = 16;

/** Makes keys of one section. */
export class Keys {
	readonly #section: number;
	readonly #salt: () => string;

	/** @param salt returns that of the file: without it, nobody can choose clients whose keys are neighbours */
	constructor(section: number, salt: () => string) {
		this.#section = section;
		this.#salt = salt;
	}

	/**
	 * The key of a client's record. It holds a hash of the client: so all keys are short, and a sample of records meets any
	 * clients, not those of one network.
	 */
	of(table: number, client: string): Buffer {
		// As text and not as bytes: Node.js makes an `ArrayBuffer` of its own for these, which takes longer.
		const digest = hash('sha256', this.#salt() + client, 'binary');
		const key = Buffer.allocUnsafe(HEAD + HASH);
		key[0] = this.#section;
		key[1] = table;
		key.write(digest.slice(0, HASH), HEAD, 'latin1');
		return key;
	}

	/** The key of another record of a table. */
	in(table: number, rest: Buffer): Buffer {
		return Buffer.concat([this.first(table), rest]);
	}

	/** What is before all keys of a table, and after those of the table before. */
	first(table: number): Buffer {
		return Buffer.from([this.#section, table]);
	}
}
