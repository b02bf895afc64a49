import type {Clients} from './clients.ts';

/** What a store in memory must know to give back what it has counted for one request. */
export class Receipt {
	/** Among whom it was counted: the clients, or the keys that clients make up. */
	readonly clients: Clients;
	readonly at: number;
	/** How often anyone had been reset. */
	readonly version: number;

	constructor(clients: Clients, at: number, version: number) {
		this.clients = clients;
		this.at = at;
		this.version = version;
	}
}
