import type {ClientTable} from './client-table.ts';

/** What must be known to give back what was counted for one request. */
export class Receipt {
	/** Among whom it was counted: the clients, or the keys that clients make up. */
	readonly table: ClientTable;
	/** That of the client's record. */
	readonly generation: number;
	/** Milliseconds. */
	readonly at: number;

	constructor(table: ClientTable, generation: number, at: number) {
		this.table = table;
		this.generation = generation;
		this.at = at;
	}
}
