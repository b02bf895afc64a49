import type {ClientTable} from './client-table.ts';

/** What must be known to give back what was counted for one request. */
export class Receipt {
	/** Among whom it was counted: the clients, or the keys that clients make up. */
	readonly table: ClientTable;
	/** That of the client's record. */
	readonly serial: number;
	/** Milliseconds. */
	readonly at: number;

	constructor(table: ClientTable, serial: number, at: number) {
		this.table = table;
		this.serial = serial;
		this.at = at;
	}
}
